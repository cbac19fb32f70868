"""Fairness: how teams share a pool that admits its jobs itself. Pure arithmetic over what runs and what waits.

amounts    cores, memory and devices, added and compared
shares     limits of teams, what can never fit, what each has used of late
gpu_kinds  which kinds of GPUs a pool has
admission  who starts now, and why the others wait
queues     from tickets, one a job, to each pool's situation
"""
