# A service: runs until it is stopped, and is started again when it fails.

job "hello" {
  datacenters = ["dc1"]
  type        = "service"

  group "hello" {
    restart {
      attempts = 2
      interval = "30m"
      delay    = "5s"
      mode     = "fail"
    }

    network {
      port "http" {}
    }

    task "hello" {
      driver       = "rkt"
      kill_signal  = "SIGTERM"
      kill_timeout = "5s"

      config {
        image   = "/opt/nomad/images/hello.aci"
        command = "/bin/sh"
        args    = ["/local/hello.sh", "${NOMAD_PORT_http}"]

        # The pod shares the network of the machine, so the port needs no port_map.
        net = ["host"]

        # A relative path is one of the allocation's directory.
        volumes = ["alloc/data:/data"]
      }

      # What is in local/ the task finds in /local.
      template {
        destination = "local/hello.sh"
        data        = <<-EOT
          trap 'echo "bye"; exit 0' TERM
          echo "$GREETING: a server would listen on port $1"
          while :; do
            date >/data/last-seen
            sleep 1 &
            wait $!
          done
        EOT
      }

      env {
        GREETING = "hello from ${node.unique.name}"
      }

      resources {
        cpu    = 100
        memory = 32
      }
    }
  }
}
