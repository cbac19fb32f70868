"""How Setpoint gets to where it runs: container images, a Helm chart, a kustomization, units of systemd."""
