# The agent of rkt-streams on every node, as a service in Nomad's catalogue: Prometheus finds it with prometheus-nomad.yml, and
# `rkt-streams agent --fleet nomad+http://127.0.0.1:4646/rkt-streams` as well. raw_exec has to be enabled.

job "rkt-streams" {
  datacenters = ["dc1"]
  type        = "system"

  group "agent" {
    network {
      port "http" {
        static = 9477
      }
    }

    service {
      name     = "rkt-streams"
      provider = "nomad"
      port     = "http"
      tags     = ["node=${node.unique.name}"]
    }

    task "agent" {
      driver = "raw_exec"

      config {
        command = "/usr/bin/rkt-streams"
        args    = ["agent", "--allow-remote", "--listen", "${NOMAD_ADDR_http}"]
      }
    }
  }
}
