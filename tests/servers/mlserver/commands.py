"""What the images of MLServer and of KServe's storage initializer run, as commands of this machine."""

from tests.servers.mlserver.environment import home

MLSERVER, STORAGE_INITIALIZER = "seldonio/mlserver", "kserve/storage-initializer"
"""The images, without a tag."""
_SERVES = 'MLSERVER_HOST="$SETPOINT_POD_ADDRESS" MLSERVER_PARALLEL_WORKERS=0 exec "$0" start /mnt/models "$@"'
"""Its loop binds by itself, so it is told the pod's address; and it loads the model itself, without a worker."""
_FETCHES = "import sys; from kserve_storage import Storage; Storage.download_files(sys.argv[1::2], sys.argv[2::2])"


def entrypoints() -> dict[str, list[str]]:
    """Return the command of each image, whether its environment is installed or not."""
    programs = home() / "bin"
    return {
        MLSERVER: ["sh", "-c", _SERVES, str(programs / "mlserver")],
        STORAGE_INITIALIZER: [str(programs / "python"), "-c", _FETCHES],
    }
