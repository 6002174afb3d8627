// Original file: src/nomad/proto/base.proto


export interface PluginInfoRequest {
}

export interface PluginInfoRequest__Output {
}
