# A batch: runs to its end, and is done when it exits with 0.

job "count" {
  datacenters = ["dc1"]
  type        = "batch"

  group "count" {
    task "count" {
      driver = "rkt"

      config {
        image   = "/opt/nomad/images/hello.aci"
        command = "/bin/sh"
        args    = ["-c", "for i in 1 2 3; do echo $NOMAD_ALLOC_NAME: $i; sleep 1; done"]
        net     = ["host"]
      }

      resources {
        cpu    = 100
        memory = 32
      }
    }
  }
}
