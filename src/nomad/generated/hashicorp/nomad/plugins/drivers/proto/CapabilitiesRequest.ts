// Original file: src/nomad/proto/driver.proto


export interface CapabilitiesRequest {
}

export interface CapabilitiesRequest__Output {
}
