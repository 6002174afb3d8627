// Original file: src/nomad/proto/plugin.proto


export interface Empty {
}

export interface Empty__Output {
}
