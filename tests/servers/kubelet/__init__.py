"""The stand-in for the container runtime: pods that are ours run as processes of this machine.

Law of the room: what is told of a pod is what its processes did. kwok fakes the pods of others; of those labelled
`app.kubernetes.io/managed-by: setpoint` every phase, exit code, message and line of the log comes from a process that
ran. There are no images and no namespaces of the kernel, so:

    * a container's image only names the command of one that brings none (`--entrypoint`); `python` is this project's;
    * each pod has an address of its own in 127.0.0.0/8; a Python process that listens everywhere listens there
      (not with -I or -S, and not another program: that must be told to listen at $(POD_IP), from `status.podIP`);
    * a pod whose manifest has `automountServiceAccountToken: true` has its account's token, and a view of the files in
      which that is where pods have it;
    * the path of a volume is replaced, in commands, arguments and variables, by the folder that stands for it;
    * so is the name of another pod (`train-0.train.team.svc`) by its address;
    * the name of a service (`employment.team.svc`) leads a Python process to one of the pods behind it, and its
      address, which is on the loopback too, leads any process there.

    node         watches pods, and has each live its life
    pod          one pod: volumes, init containers, containers, deletion
    container    one container: its process, again and again as the pod's restart policy says
    scene        what a container's manifest comes to on this machine: command, environment
    account      a token of the pod's account, where every pod has it
    volumes      folders instead of mounts
    services     the names of services, and where they lead
    proxy        the addresses of services, and who listens there
    probes       is it ready, does it live
    status       what the API server is told, as pure functions
    logs         `kubectl logs`: the part of a kubelet's HTTPS server that the API server asks for
    client       the API server, asynchronously
"""
