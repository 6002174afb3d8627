# A Nomad agent that is server and client in one, on this machine alone, with the rkt plugin.
#
#   rkt-streams nomad install /opt/nomad/plugins
#   nomad agent -config agent.hcl

data_dir   = "/var/lib/nomad"
plugin_dir = "/opt/nomad/plugins"
bind_addr  = "127.0.0.1"

advertise {
  http = "127.0.0.1"
  rpc  = "127.0.0.1"
  serf = "127.0.0.1"
}

server {
  enabled          = true
  bootstrap_expect = 1
}

client {
  enabled           = true
  network_interface = "lo"
}

# The label is the name of the file in the plugin directory. Nomad 1.7 and later start no plugin without this block.
plugin "rkt" {
  config {
    # Jobs may mount absolute paths of this machine.
    volumes_enabled = true

    # "auto" is the rkt on the PATH of the agent, and the embedded one where there is none.
    rkt_path = "auto"

    # No task is sampled more often than this, whatever telemetry.collection_interval says.
    stats_interval = "500ms"

    gc {
      pod         = true
      image       = true
      image_delay = "10m"
    }
  }
}
