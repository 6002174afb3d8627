// Original file: src/nomad/proto/driver.proto


export interface DestroyNetworkResponse {
}

export interface DestroyNetworkResponse__Output {
}
