// Original file: src/nomad/proto/base.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ConfigSchemaRequest as _hashicorp_nomad_plugins_base_proto_ConfigSchemaRequest, ConfigSchemaRequest__Output as _hashicorp_nomad_plugins_base_proto_ConfigSchemaRequest__Output } from '../../../../../hashicorp/nomad/plugins/base/proto/ConfigSchemaRequest.ts';
import type { ConfigSchemaResponse as _hashicorp_nomad_plugins_base_proto_ConfigSchemaResponse, ConfigSchemaResponse__Output as _hashicorp_nomad_plugins_base_proto_ConfigSchemaResponse__Output } from '../../../../../hashicorp/nomad/plugins/base/proto/ConfigSchemaResponse.ts';
import type { PluginInfoRequest as _hashicorp_nomad_plugins_base_proto_PluginInfoRequest, PluginInfoRequest__Output as _hashicorp_nomad_plugins_base_proto_PluginInfoRequest__Output } from '../../../../../hashicorp/nomad/plugins/base/proto/PluginInfoRequest.ts';
import type { PluginInfoResponse as _hashicorp_nomad_plugins_base_proto_PluginInfoResponse, PluginInfoResponse__Output as _hashicorp_nomad_plugins_base_proto_PluginInfoResponse__Output } from '../../../../../hashicorp/nomad/plugins/base/proto/PluginInfoResponse.ts';
import type { SetConfigRequest as _hashicorp_nomad_plugins_base_proto_SetConfigRequest, SetConfigRequest__Output as _hashicorp_nomad_plugins_base_proto_SetConfigRequest__Output } from '../../../../../hashicorp/nomad/plugins/base/proto/SetConfigRequest.ts';
import type { SetConfigResponse as _hashicorp_nomad_plugins_base_proto_SetConfigResponse, SetConfigResponse__Output as _hashicorp_nomad_plugins_base_proto_SetConfigResponse__Output } from '../../../../../hashicorp/nomad/plugins/base/proto/SetConfigResponse.ts';

export interface BasePluginClient extends grpc.Client {
  ConfigSchema(argument: _hashicorp_nomad_plugins_base_proto_ConfigSchemaRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_ConfigSchemaResponse__Output>): grpc.ClientUnaryCall;
  ConfigSchema(argument: _hashicorp_nomad_plugins_base_proto_ConfigSchemaRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_ConfigSchemaResponse__Output>): grpc.ClientUnaryCall;
  ConfigSchema(argument: _hashicorp_nomad_plugins_base_proto_ConfigSchemaRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_ConfigSchemaResponse__Output>): grpc.ClientUnaryCall;
  ConfigSchema(argument: _hashicorp_nomad_plugins_base_proto_ConfigSchemaRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_ConfigSchemaResponse__Output>): grpc.ClientUnaryCall;
  configSchema(argument: _hashicorp_nomad_plugins_base_proto_ConfigSchemaRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_ConfigSchemaResponse__Output>): grpc.ClientUnaryCall;
  configSchema(argument: _hashicorp_nomad_plugins_base_proto_ConfigSchemaRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_ConfigSchemaResponse__Output>): grpc.ClientUnaryCall;
  configSchema(argument: _hashicorp_nomad_plugins_base_proto_ConfigSchemaRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_ConfigSchemaResponse__Output>): grpc.ClientUnaryCall;
  configSchema(argument: _hashicorp_nomad_plugins_base_proto_ConfigSchemaRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_ConfigSchemaResponse__Output>): grpc.ClientUnaryCall;
  
  PluginInfo(argument: _hashicorp_nomad_plugins_base_proto_PluginInfoRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_PluginInfoResponse__Output>): grpc.ClientUnaryCall;
  PluginInfo(argument: _hashicorp_nomad_plugins_base_proto_PluginInfoRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_PluginInfoResponse__Output>): grpc.ClientUnaryCall;
  PluginInfo(argument: _hashicorp_nomad_plugins_base_proto_PluginInfoRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_PluginInfoResponse__Output>): grpc.ClientUnaryCall;
  PluginInfo(argument: _hashicorp_nomad_plugins_base_proto_PluginInfoRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_PluginInfoResponse__Output>): grpc.ClientUnaryCall;
  pluginInfo(argument: _hashicorp_nomad_plugins_base_proto_PluginInfoRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_PluginInfoResponse__Output>): grpc.ClientUnaryCall;
  pluginInfo(argument: _hashicorp_nomad_plugins_base_proto_PluginInfoRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_PluginInfoResponse__Output>): grpc.ClientUnaryCall;
  pluginInfo(argument: _hashicorp_nomad_plugins_base_proto_PluginInfoRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_PluginInfoResponse__Output>): grpc.ClientUnaryCall;
  pluginInfo(argument: _hashicorp_nomad_plugins_base_proto_PluginInfoRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_PluginInfoResponse__Output>): grpc.ClientUnaryCall;
  
  SetConfig(argument: _hashicorp_nomad_plugins_base_proto_SetConfigRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_SetConfigResponse__Output>): grpc.ClientUnaryCall;
  SetConfig(argument: _hashicorp_nomad_plugins_base_proto_SetConfigRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_SetConfigResponse__Output>): grpc.ClientUnaryCall;
  SetConfig(argument: _hashicorp_nomad_plugins_base_proto_SetConfigRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_SetConfigResponse__Output>): grpc.ClientUnaryCall;
  SetConfig(argument: _hashicorp_nomad_plugins_base_proto_SetConfigRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_SetConfigResponse__Output>): grpc.ClientUnaryCall;
  setConfig(argument: _hashicorp_nomad_plugins_base_proto_SetConfigRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_SetConfigResponse__Output>): grpc.ClientUnaryCall;
  setConfig(argument: _hashicorp_nomad_plugins_base_proto_SetConfigRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_SetConfigResponse__Output>): grpc.ClientUnaryCall;
  setConfig(argument: _hashicorp_nomad_plugins_base_proto_SetConfigRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_SetConfigResponse__Output>): grpc.ClientUnaryCall;
  setConfig(argument: _hashicorp_nomad_plugins_base_proto_SetConfigRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_base_proto_SetConfigResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface BasePluginHandlers extends grpc.UntypedServiceImplementation {
  ConfigSchema: grpc.handleUnaryCall<_hashicorp_nomad_plugins_base_proto_ConfigSchemaRequest__Output, _hashicorp_nomad_plugins_base_proto_ConfigSchemaResponse>;
  
  PluginInfo: grpc.handleUnaryCall<_hashicorp_nomad_plugins_base_proto_PluginInfoRequest__Output, _hashicorp_nomad_plugins_base_proto_PluginInfoResponse>;
  
  SetConfig: grpc.handleUnaryCall<_hashicorp_nomad_plugins_base_proto_SetConfigRequest__Output, _hashicorp_nomad_plugins_base_proto_SetConfigResponse>;
  
}

export interface BasePluginDefinition extends grpc.ServiceDefinition {
  ConfigSchema: MethodDefinition<_hashicorp_nomad_plugins_base_proto_ConfigSchemaRequest, _hashicorp_nomad_plugins_base_proto_ConfigSchemaResponse, _hashicorp_nomad_plugins_base_proto_ConfigSchemaRequest__Output, _hashicorp_nomad_plugins_base_proto_ConfigSchemaResponse__Output>
  PluginInfo: MethodDefinition<_hashicorp_nomad_plugins_base_proto_PluginInfoRequest, _hashicorp_nomad_plugins_base_proto_PluginInfoResponse, _hashicorp_nomad_plugins_base_proto_PluginInfoRequest__Output, _hashicorp_nomad_plugins_base_proto_PluginInfoResponse__Output>
  SetConfig: MethodDefinition<_hashicorp_nomad_plugins_base_proto_SetConfigRequest, _hashicorp_nomad_plugins_base_proto_SetConfigResponse, _hashicorp_nomad_plugins_base_proto_SetConfigRequest__Output, _hashicorp_nomad_plugins_base_proto_SetConfigResponse__Output>
}
