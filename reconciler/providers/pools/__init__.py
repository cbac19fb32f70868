"""Runner pools, one module or package each: `local` is processes in the slots of this machine."""
