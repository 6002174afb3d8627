// Original file: src/nomad/proto/driver.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CapabilitiesRequest as _hashicorp_nomad_plugins_drivers_proto_CapabilitiesRequest, CapabilitiesRequest__Output as _hashicorp_nomad_plugins_drivers_proto_CapabilitiesRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/CapabilitiesRequest.ts';
import type { CapabilitiesResponse as _hashicorp_nomad_plugins_drivers_proto_CapabilitiesResponse, CapabilitiesResponse__Output as _hashicorp_nomad_plugins_drivers_proto_CapabilitiesResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/CapabilitiesResponse.ts';
import type { CreateNetworkRequest as _hashicorp_nomad_plugins_drivers_proto_CreateNetworkRequest, CreateNetworkRequest__Output as _hashicorp_nomad_plugins_drivers_proto_CreateNetworkRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/CreateNetworkRequest.ts';
import type { CreateNetworkResponse as _hashicorp_nomad_plugins_drivers_proto_CreateNetworkResponse, CreateNetworkResponse__Output as _hashicorp_nomad_plugins_drivers_proto_CreateNetworkResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/CreateNetworkResponse.ts';
import type { DestroyNetworkRequest as _hashicorp_nomad_plugins_drivers_proto_DestroyNetworkRequest, DestroyNetworkRequest__Output as _hashicorp_nomad_plugins_drivers_proto_DestroyNetworkRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/DestroyNetworkRequest.ts';
import type { DestroyNetworkResponse as _hashicorp_nomad_plugins_drivers_proto_DestroyNetworkResponse, DestroyNetworkResponse__Output as _hashicorp_nomad_plugins_drivers_proto_DestroyNetworkResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/DestroyNetworkResponse.ts';
import type { DestroyTaskRequest as _hashicorp_nomad_plugins_drivers_proto_DestroyTaskRequest, DestroyTaskRequest__Output as _hashicorp_nomad_plugins_drivers_proto_DestroyTaskRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/DestroyTaskRequest.ts';
import type { DestroyTaskResponse as _hashicorp_nomad_plugins_drivers_proto_DestroyTaskResponse, DestroyTaskResponse__Output as _hashicorp_nomad_plugins_drivers_proto_DestroyTaskResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/DestroyTaskResponse.ts';
import type { DriverTaskEvent as _hashicorp_nomad_plugins_drivers_proto_DriverTaskEvent, DriverTaskEvent__Output as _hashicorp_nomad_plugins_drivers_proto_DriverTaskEvent__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/DriverTaskEvent.ts';
import type { ExecTaskRequest as _hashicorp_nomad_plugins_drivers_proto_ExecTaskRequest, ExecTaskRequest__Output as _hashicorp_nomad_plugins_drivers_proto_ExecTaskRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/ExecTaskRequest.ts';
import type { ExecTaskResponse as _hashicorp_nomad_plugins_drivers_proto_ExecTaskResponse, ExecTaskResponse__Output as _hashicorp_nomad_plugins_drivers_proto_ExecTaskResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/ExecTaskResponse.ts';
import type { ExecTaskStreamingRequest as _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest, ExecTaskStreamingRequest__Output as _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/ExecTaskStreamingRequest.ts';
import type { ExecTaskStreamingResponse as _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingResponse, ExecTaskStreamingResponse__Output as _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/ExecTaskStreamingResponse.ts';
import type { FingerprintRequest as _hashicorp_nomad_plugins_drivers_proto_FingerprintRequest, FingerprintRequest__Output as _hashicorp_nomad_plugins_drivers_proto_FingerprintRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/FingerprintRequest.ts';
import type { FingerprintResponse as _hashicorp_nomad_plugins_drivers_proto_FingerprintResponse, FingerprintResponse__Output as _hashicorp_nomad_plugins_drivers_proto_FingerprintResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/FingerprintResponse.ts';
import type { InitRequest as _hashicorp_nomad_plugins_drivers_proto_InitRequest, InitRequest__Output as _hashicorp_nomad_plugins_drivers_proto_InitRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/InitRequest.ts';
import type { InitResponse as _hashicorp_nomad_plugins_drivers_proto_InitResponse, InitResponse__Output as _hashicorp_nomad_plugins_drivers_proto_InitResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/InitResponse.ts';
import type { InspectTaskRequest as _hashicorp_nomad_plugins_drivers_proto_InspectTaskRequest, InspectTaskRequest__Output as _hashicorp_nomad_plugins_drivers_proto_InspectTaskRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/InspectTaskRequest.ts';
import type { InspectTaskResponse as _hashicorp_nomad_plugins_drivers_proto_InspectTaskResponse, InspectTaskResponse__Output as _hashicorp_nomad_plugins_drivers_proto_InspectTaskResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/InspectTaskResponse.ts';
import type { RecoverTaskRequest as _hashicorp_nomad_plugins_drivers_proto_RecoverTaskRequest, RecoverTaskRequest__Output as _hashicorp_nomad_plugins_drivers_proto_RecoverTaskRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/RecoverTaskRequest.ts';
import type { RecoverTaskResponse as _hashicorp_nomad_plugins_drivers_proto_RecoverTaskResponse, RecoverTaskResponse__Output as _hashicorp_nomad_plugins_drivers_proto_RecoverTaskResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/RecoverTaskResponse.ts';
import type { ShutdownRequest as _hashicorp_nomad_plugins_drivers_proto_ShutdownRequest, ShutdownRequest__Output as _hashicorp_nomad_plugins_drivers_proto_ShutdownRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/ShutdownRequest.ts';
import type { ShutdownResponse as _hashicorp_nomad_plugins_drivers_proto_ShutdownResponse, ShutdownResponse__Output as _hashicorp_nomad_plugins_drivers_proto_ShutdownResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/ShutdownResponse.ts';
import type { SignalTaskRequest as _hashicorp_nomad_plugins_drivers_proto_SignalTaskRequest, SignalTaskRequest__Output as _hashicorp_nomad_plugins_drivers_proto_SignalTaskRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/SignalTaskRequest.ts';
import type { SignalTaskResponse as _hashicorp_nomad_plugins_drivers_proto_SignalTaskResponse, SignalTaskResponse__Output as _hashicorp_nomad_plugins_drivers_proto_SignalTaskResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/SignalTaskResponse.ts';
import type { StartTaskRequest as _hashicorp_nomad_plugins_drivers_proto_StartTaskRequest, StartTaskRequest__Output as _hashicorp_nomad_plugins_drivers_proto_StartTaskRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/StartTaskRequest.ts';
import type { StartTaskResponse as _hashicorp_nomad_plugins_drivers_proto_StartTaskResponse, StartTaskResponse__Output as _hashicorp_nomad_plugins_drivers_proto_StartTaskResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/StartTaskResponse.ts';
import type { StopTaskRequest as _hashicorp_nomad_plugins_drivers_proto_StopTaskRequest, StopTaskRequest__Output as _hashicorp_nomad_plugins_drivers_proto_StopTaskRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/StopTaskRequest.ts';
import type { StopTaskResponse as _hashicorp_nomad_plugins_drivers_proto_StopTaskResponse, StopTaskResponse__Output as _hashicorp_nomad_plugins_drivers_proto_StopTaskResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/StopTaskResponse.ts';
import type { TaskConfigSchemaRequest as _hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaRequest, TaskConfigSchemaRequest__Output as _hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/TaskConfigSchemaRequest.ts';
import type { TaskConfigSchemaResponse as _hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaResponse, TaskConfigSchemaResponse__Output as _hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/TaskConfigSchemaResponse.ts';
import type { TaskEventsRequest as _hashicorp_nomad_plugins_drivers_proto_TaskEventsRequest, TaskEventsRequest__Output as _hashicorp_nomad_plugins_drivers_proto_TaskEventsRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/TaskEventsRequest.ts';
import type { TaskStatsRequest as _hashicorp_nomad_plugins_drivers_proto_TaskStatsRequest, TaskStatsRequest__Output as _hashicorp_nomad_plugins_drivers_proto_TaskStatsRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/TaskStatsRequest.ts';
import type { TaskStatsResponse as _hashicorp_nomad_plugins_drivers_proto_TaskStatsResponse, TaskStatsResponse__Output as _hashicorp_nomad_plugins_drivers_proto_TaskStatsResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/TaskStatsResponse.ts';
import type { WaitTaskRequest as _hashicorp_nomad_plugins_drivers_proto_WaitTaskRequest, WaitTaskRequest__Output as _hashicorp_nomad_plugins_drivers_proto_WaitTaskRequest__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/WaitTaskRequest.ts';
import type { WaitTaskResponse as _hashicorp_nomad_plugins_drivers_proto_WaitTaskResponse, WaitTaskResponse__Output as _hashicorp_nomad_plugins_drivers_proto_WaitTaskResponse__Output } from '../../../../../hashicorp/nomad/plugins/drivers/proto/WaitTaskResponse.ts';

export interface DriverClient extends grpc.Client {
  Capabilities(argument: _hashicorp_nomad_plugins_drivers_proto_CapabilitiesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_CapabilitiesResponse__Output>): grpc.ClientUnaryCall;
  Capabilities(argument: _hashicorp_nomad_plugins_drivers_proto_CapabilitiesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_CapabilitiesResponse__Output>): grpc.ClientUnaryCall;
  Capabilities(argument: _hashicorp_nomad_plugins_drivers_proto_CapabilitiesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_CapabilitiesResponse__Output>): grpc.ClientUnaryCall;
  Capabilities(argument: _hashicorp_nomad_plugins_drivers_proto_CapabilitiesRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_CapabilitiesResponse__Output>): grpc.ClientUnaryCall;
  capabilities(argument: _hashicorp_nomad_plugins_drivers_proto_CapabilitiesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_CapabilitiesResponse__Output>): grpc.ClientUnaryCall;
  capabilities(argument: _hashicorp_nomad_plugins_drivers_proto_CapabilitiesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_CapabilitiesResponse__Output>): grpc.ClientUnaryCall;
  capabilities(argument: _hashicorp_nomad_plugins_drivers_proto_CapabilitiesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_CapabilitiesResponse__Output>): grpc.ClientUnaryCall;
  capabilities(argument: _hashicorp_nomad_plugins_drivers_proto_CapabilitiesRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_CapabilitiesResponse__Output>): grpc.ClientUnaryCall;
  
  CreateNetwork(argument: _hashicorp_nomad_plugins_drivers_proto_CreateNetworkRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_CreateNetworkResponse__Output>): grpc.ClientUnaryCall;
  CreateNetwork(argument: _hashicorp_nomad_plugins_drivers_proto_CreateNetworkRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_CreateNetworkResponse__Output>): grpc.ClientUnaryCall;
  CreateNetwork(argument: _hashicorp_nomad_plugins_drivers_proto_CreateNetworkRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_CreateNetworkResponse__Output>): grpc.ClientUnaryCall;
  CreateNetwork(argument: _hashicorp_nomad_plugins_drivers_proto_CreateNetworkRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_CreateNetworkResponse__Output>): grpc.ClientUnaryCall;
  createNetwork(argument: _hashicorp_nomad_plugins_drivers_proto_CreateNetworkRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_CreateNetworkResponse__Output>): grpc.ClientUnaryCall;
  createNetwork(argument: _hashicorp_nomad_plugins_drivers_proto_CreateNetworkRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_CreateNetworkResponse__Output>): grpc.ClientUnaryCall;
  createNetwork(argument: _hashicorp_nomad_plugins_drivers_proto_CreateNetworkRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_CreateNetworkResponse__Output>): grpc.ClientUnaryCall;
  createNetwork(argument: _hashicorp_nomad_plugins_drivers_proto_CreateNetworkRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_CreateNetworkResponse__Output>): grpc.ClientUnaryCall;
  
  DestroyNetwork(argument: _hashicorp_nomad_plugins_drivers_proto_DestroyNetworkRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_DestroyNetworkResponse__Output>): grpc.ClientUnaryCall;
  DestroyNetwork(argument: _hashicorp_nomad_plugins_drivers_proto_DestroyNetworkRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_DestroyNetworkResponse__Output>): grpc.ClientUnaryCall;
  DestroyNetwork(argument: _hashicorp_nomad_plugins_drivers_proto_DestroyNetworkRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_DestroyNetworkResponse__Output>): grpc.ClientUnaryCall;
  DestroyNetwork(argument: _hashicorp_nomad_plugins_drivers_proto_DestroyNetworkRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_DestroyNetworkResponse__Output>): grpc.ClientUnaryCall;
  destroyNetwork(argument: _hashicorp_nomad_plugins_drivers_proto_DestroyNetworkRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_DestroyNetworkResponse__Output>): grpc.ClientUnaryCall;
  destroyNetwork(argument: _hashicorp_nomad_plugins_drivers_proto_DestroyNetworkRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_DestroyNetworkResponse__Output>): grpc.ClientUnaryCall;
  destroyNetwork(argument: _hashicorp_nomad_plugins_drivers_proto_DestroyNetworkRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_DestroyNetworkResponse__Output>): grpc.ClientUnaryCall;
  destroyNetwork(argument: _hashicorp_nomad_plugins_drivers_proto_DestroyNetworkRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_DestroyNetworkResponse__Output>): grpc.ClientUnaryCall;
  
  DestroyTask(argument: _hashicorp_nomad_plugins_drivers_proto_DestroyTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_DestroyTaskResponse__Output>): grpc.ClientUnaryCall;
  DestroyTask(argument: _hashicorp_nomad_plugins_drivers_proto_DestroyTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_DestroyTaskResponse__Output>): grpc.ClientUnaryCall;
  DestroyTask(argument: _hashicorp_nomad_plugins_drivers_proto_DestroyTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_DestroyTaskResponse__Output>): grpc.ClientUnaryCall;
  DestroyTask(argument: _hashicorp_nomad_plugins_drivers_proto_DestroyTaskRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_DestroyTaskResponse__Output>): grpc.ClientUnaryCall;
  destroyTask(argument: _hashicorp_nomad_plugins_drivers_proto_DestroyTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_DestroyTaskResponse__Output>): grpc.ClientUnaryCall;
  destroyTask(argument: _hashicorp_nomad_plugins_drivers_proto_DestroyTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_DestroyTaskResponse__Output>): grpc.ClientUnaryCall;
  destroyTask(argument: _hashicorp_nomad_plugins_drivers_proto_DestroyTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_DestroyTaskResponse__Output>): grpc.ClientUnaryCall;
  destroyTask(argument: _hashicorp_nomad_plugins_drivers_proto_DestroyTaskRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_DestroyTaskResponse__Output>): grpc.ClientUnaryCall;
  
  ExecTask(argument: _hashicorp_nomad_plugins_drivers_proto_ExecTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_ExecTaskResponse__Output>): grpc.ClientUnaryCall;
  ExecTask(argument: _hashicorp_nomad_plugins_drivers_proto_ExecTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_ExecTaskResponse__Output>): grpc.ClientUnaryCall;
  ExecTask(argument: _hashicorp_nomad_plugins_drivers_proto_ExecTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_ExecTaskResponse__Output>): grpc.ClientUnaryCall;
  ExecTask(argument: _hashicorp_nomad_plugins_drivers_proto_ExecTaskRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_ExecTaskResponse__Output>): grpc.ClientUnaryCall;
  execTask(argument: _hashicorp_nomad_plugins_drivers_proto_ExecTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_ExecTaskResponse__Output>): grpc.ClientUnaryCall;
  execTask(argument: _hashicorp_nomad_plugins_drivers_proto_ExecTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_ExecTaskResponse__Output>): grpc.ClientUnaryCall;
  execTask(argument: _hashicorp_nomad_plugins_drivers_proto_ExecTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_ExecTaskResponse__Output>): grpc.ClientUnaryCall;
  execTask(argument: _hashicorp_nomad_plugins_drivers_proto_ExecTaskRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_ExecTaskResponse__Output>): grpc.ClientUnaryCall;
  
  ExecTaskStreaming(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest, _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingResponse__Output>;
  ExecTaskStreaming(options?: grpc.CallOptions): grpc.ClientDuplexStream<_hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest, _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingResponse__Output>;
  execTaskStreaming(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest, _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingResponse__Output>;
  execTaskStreaming(options?: grpc.CallOptions): grpc.ClientDuplexStream<_hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest, _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingResponse__Output>;
  
  Fingerprint(argument: _hashicorp_nomad_plugins_drivers_proto_FingerprintRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_hashicorp_nomad_plugins_drivers_proto_FingerprintResponse__Output>;
  Fingerprint(argument: _hashicorp_nomad_plugins_drivers_proto_FingerprintRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_hashicorp_nomad_plugins_drivers_proto_FingerprintResponse__Output>;
  fingerprint(argument: _hashicorp_nomad_plugins_drivers_proto_FingerprintRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_hashicorp_nomad_plugins_drivers_proto_FingerprintResponse__Output>;
  fingerprint(argument: _hashicorp_nomad_plugins_drivers_proto_FingerprintRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_hashicorp_nomad_plugins_drivers_proto_FingerprintResponse__Output>;
  
  Init(argument: _hashicorp_nomad_plugins_drivers_proto_InitRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_InitResponse__Output>): grpc.ClientUnaryCall;
  Init(argument: _hashicorp_nomad_plugins_drivers_proto_InitRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_InitResponse__Output>): grpc.ClientUnaryCall;
  Init(argument: _hashicorp_nomad_plugins_drivers_proto_InitRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_InitResponse__Output>): grpc.ClientUnaryCall;
  Init(argument: _hashicorp_nomad_plugins_drivers_proto_InitRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_InitResponse__Output>): grpc.ClientUnaryCall;
  init(argument: _hashicorp_nomad_plugins_drivers_proto_InitRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_InitResponse__Output>): grpc.ClientUnaryCall;
  init(argument: _hashicorp_nomad_plugins_drivers_proto_InitRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_InitResponse__Output>): grpc.ClientUnaryCall;
  init(argument: _hashicorp_nomad_plugins_drivers_proto_InitRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_InitResponse__Output>): grpc.ClientUnaryCall;
  init(argument: _hashicorp_nomad_plugins_drivers_proto_InitRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_InitResponse__Output>): grpc.ClientUnaryCall;
  
  InspectTask(argument: _hashicorp_nomad_plugins_drivers_proto_InspectTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_InspectTaskResponse__Output>): grpc.ClientUnaryCall;
  InspectTask(argument: _hashicorp_nomad_plugins_drivers_proto_InspectTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_InspectTaskResponse__Output>): grpc.ClientUnaryCall;
  InspectTask(argument: _hashicorp_nomad_plugins_drivers_proto_InspectTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_InspectTaskResponse__Output>): grpc.ClientUnaryCall;
  InspectTask(argument: _hashicorp_nomad_plugins_drivers_proto_InspectTaskRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_InspectTaskResponse__Output>): grpc.ClientUnaryCall;
  inspectTask(argument: _hashicorp_nomad_plugins_drivers_proto_InspectTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_InspectTaskResponse__Output>): grpc.ClientUnaryCall;
  inspectTask(argument: _hashicorp_nomad_plugins_drivers_proto_InspectTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_InspectTaskResponse__Output>): grpc.ClientUnaryCall;
  inspectTask(argument: _hashicorp_nomad_plugins_drivers_proto_InspectTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_InspectTaskResponse__Output>): grpc.ClientUnaryCall;
  inspectTask(argument: _hashicorp_nomad_plugins_drivers_proto_InspectTaskRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_InspectTaskResponse__Output>): grpc.ClientUnaryCall;
  
  RecoverTask(argument: _hashicorp_nomad_plugins_drivers_proto_RecoverTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_RecoverTaskResponse__Output>): grpc.ClientUnaryCall;
  RecoverTask(argument: _hashicorp_nomad_plugins_drivers_proto_RecoverTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_RecoverTaskResponse__Output>): grpc.ClientUnaryCall;
  RecoverTask(argument: _hashicorp_nomad_plugins_drivers_proto_RecoverTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_RecoverTaskResponse__Output>): grpc.ClientUnaryCall;
  RecoverTask(argument: _hashicorp_nomad_plugins_drivers_proto_RecoverTaskRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_RecoverTaskResponse__Output>): grpc.ClientUnaryCall;
  recoverTask(argument: _hashicorp_nomad_plugins_drivers_proto_RecoverTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_RecoverTaskResponse__Output>): grpc.ClientUnaryCall;
  recoverTask(argument: _hashicorp_nomad_plugins_drivers_proto_RecoverTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_RecoverTaskResponse__Output>): grpc.ClientUnaryCall;
  recoverTask(argument: _hashicorp_nomad_plugins_drivers_proto_RecoverTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_RecoverTaskResponse__Output>): grpc.ClientUnaryCall;
  recoverTask(argument: _hashicorp_nomad_plugins_drivers_proto_RecoverTaskRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_RecoverTaskResponse__Output>): grpc.ClientUnaryCall;
  
  Shutdown(argument: _hashicorp_nomad_plugins_drivers_proto_ShutdownRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_ShutdownResponse__Output>): grpc.ClientUnaryCall;
  Shutdown(argument: _hashicorp_nomad_plugins_drivers_proto_ShutdownRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_ShutdownResponse__Output>): grpc.ClientUnaryCall;
  Shutdown(argument: _hashicorp_nomad_plugins_drivers_proto_ShutdownRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_ShutdownResponse__Output>): grpc.ClientUnaryCall;
  Shutdown(argument: _hashicorp_nomad_plugins_drivers_proto_ShutdownRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_ShutdownResponse__Output>): grpc.ClientUnaryCall;
  shutdown(argument: _hashicorp_nomad_plugins_drivers_proto_ShutdownRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_ShutdownResponse__Output>): grpc.ClientUnaryCall;
  shutdown(argument: _hashicorp_nomad_plugins_drivers_proto_ShutdownRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_ShutdownResponse__Output>): grpc.ClientUnaryCall;
  shutdown(argument: _hashicorp_nomad_plugins_drivers_proto_ShutdownRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_ShutdownResponse__Output>): grpc.ClientUnaryCall;
  shutdown(argument: _hashicorp_nomad_plugins_drivers_proto_ShutdownRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_ShutdownResponse__Output>): grpc.ClientUnaryCall;
  
  SignalTask(argument: _hashicorp_nomad_plugins_drivers_proto_SignalTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_SignalTaskResponse__Output>): grpc.ClientUnaryCall;
  SignalTask(argument: _hashicorp_nomad_plugins_drivers_proto_SignalTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_SignalTaskResponse__Output>): grpc.ClientUnaryCall;
  SignalTask(argument: _hashicorp_nomad_plugins_drivers_proto_SignalTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_SignalTaskResponse__Output>): grpc.ClientUnaryCall;
  SignalTask(argument: _hashicorp_nomad_plugins_drivers_proto_SignalTaskRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_SignalTaskResponse__Output>): grpc.ClientUnaryCall;
  signalTask(argument: _hashicorp_nomad_plugins_drivers_proto_SignalTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_SignalTaskResponse__Output>): grpc.ClientUnaryCall;
  signalTask(argument: _hashicorp_nomad_plugins_drivers_proto_SignalTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_SignalTaskResponse__Output>): grpc.ClientUnaryCall;
  signalTask(argument: _hashicorp_nomad_plugins_drivers_proto_SignalTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_SignalTaskResponse__Output>): grpc.ClientUnaryCall;
  signalTask(argument: _hashicorp_nomad_plugins_drivers_proto_SignalTaskRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_SignalTaskResponse__Output>): grpc.ClientUnaryCall;
  
  StartTask(argument: _hashicorp_nomad_plugins_drivers_proto_StartTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_StartTaskResponse__Output>): grpc.ClientUnaryCall;
  StartTask(argument: _hashicorp_nomad_plugins_drivers_proto_StartTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_StartTaskResponse__Output>): grpc.ClientUnaryCall;
  StartTask(argument: _hashicorp_nomad_plugins_drivers_proto_StartTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_StartTaskResponse__Output>): grpc.ClientUnaryCall;
  StartTask(argument: _hashicorp_nomad_plugins_drivers_proto_StartTaskRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_StartTaskResponse__Output>): grpc.ClientUnaryCall;
  startTask(argument: _hashicorp_nomad_plugins_drivers_proto_StartTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_StartTaskResponse__Output>): grpc.ClientUnaryCall;
  startTask(argument: _hashicorp_nomad_plugins_drivers_proto_StartTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_StartTaskResponse__Output>): grpc.ClientUnaryCall;
  startTask(argument: _hashicorp_nomad_plugins_drivers_proto_StartTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_StartTaskResponse__Output>): grpc.ClientUnaryCall;
  startTask(argument: _hashicorp_nomad_plugins_drivers_proto_StartTaskRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_StartTaskResponse__Output>): grpc.ClientUnaryCall;
  
  StopTask(argument: _hashicorp_nomad_plugins_drivers_proto_StopTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_StopTaskResponse__Output>): grpc.ClientUnaryCall;
  StopTask(argument: _hashicorp_nomad_plugins_drivers_proto_StopTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_StopTaskResponse__Output>): grpc.ClientUnaryCall;
  StopTask(argument: _hashicorp_nomad_plugins_drivers_proto_StopTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_StopTaskResponse__Output>): grpc.ClientUnaryCall;
  StopTask(argument: _hashicorp_nomad_plugins_drivers_proto_StopTaskRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_StopTaskResponse__Output>): grpc.ClientUnaryCall;
  stopTask(argument: _hashicorp_nomad_plugins_drivers_proto_StopTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_StopTaskResponse__Output>): grpc.ClientUnaryCall;
  stopTask(argument: _hashicorp_nomad_plugins_drivers_proto_StopTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_StopTaskResponse__Output>): grpc.ClientUnaryCall;
  stopTask(argument: _hashicorp_nomad_plugins_drivers_proto_StopTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_StopTaskResponse__Output>): grpc.ClientUnaryCall;
  stopTask(argument: _hashicorp_nomad_plugins_drivers_proto_StopTaskRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_StopTaskResponse__Output>): grpc.ClientUnaryCall;
  
  TaskConfigSchema(argument: _hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaResponse__Output>): grpc.ClientUnaryCall;
  TaskConfigSchema(argument: _hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaResponse__Output>): grpc.ClientUnaryCall;
  TaskConfigSchema(argument: _hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaResponse__Output>): grpc.ClientUnaryCall;
  TaskConfigSchema(argument: _hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaResponse__Output>): grpc.ClientUnaryCall;
  taskConfigSchema(argument: _hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaResponse__Output>): grpc.ClientUnaryCall;
  taskConfigSchema(argument: _hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaResponse__Output>): grpc.ClientUnaryCall;
  taskConfigSchema(argument: _hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaResponse__Output>): grpc.ClientUnaryCall;
  taskConfigSchema(argument: _hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaResponse__Output>): grpc.ClientUnaryCall;
  
  TaskEvents(argument: _hashicorp_nomad_plugins_drivers_proto_TaskEventsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_hashicorp_nomad_plugins_drivers_proto_DriverTaskEvent__Output>;
  TaskEvents(argument: _hashicorp_nomad_plugins_drivers_proto_TaskEventsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_hashicorp_nomad_plugins_drivers_proto_DriverTaskEvent__Output>;
  taskEvents(argument: _hashicorp_nomad_plugins_drivers_proto_TaskEventsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_hashicorp_nomad_plugins_drivers_proto_DriverTaskEvent__Output>;
  taskEvents(argument: _hashicorp_nomad_plugins_drivers_proto_TaskEventsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_hashicorp_nomad_plugins_drivers_proto_DriverTaskEvent__Output>;
  
  TaskStats(argument: _hashicorp_nomad_plugins_drivers_proto_TaskStatsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_hashicorp_nomad_plugins_drivers_proto_TaskStatsResponse__Output>;
  TaskStats(argument: _hashicorp_nomad_plugins_drivers_proto_TaskStatsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_hashicorp_nomad_plugins_drivers_proto_TaskStatsResponse__Output>;
  taskStats(argument: _hashicorp_nomad_plugins_drivers_proto_TaskStatsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_hashicorp_nomad_plugins_drivers_proto_TaskStatsResponse__Output>;
  taskStats(argument: _hashicorp_nomad_plugins_drivers_proto_TaskStatsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_hashicorp_nomad_plugins_drivers_proto_TaskStatsResponse__Output>;
  
  WaitTask(argument: _hashicorp_nomad_plugins_drivers_proto_WaitTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_WaitTaskResponse__Output>): grpc.ClientUnaryCall;
  WaitTask(argument: _hashicorp_nomad_plugins_drivers_proto_WaitTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_WaitTaskResponse__Output>): grpc.ClientUnaryCall;
  WaitTask(argument: _hashicorp_nomad_plugins_drivers_proto_WaitTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_WaitTaskResponse__Output>): grpc.ClientUnaryCall;
  WaitTask(argument: _hashicorp_nomad_plugins_drivers_proto_WaitTaskRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_WaitTaskResponse__Output>): grpc.ClientUnaryCall;
  waitTask(argument: _hashicorp_nomad_plugins_drivers_proto_WaitTaskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_WaitTaskResponse__Output>): grpc.ClientUnaryCall;
  waitTask(argument: _hashicorp_nomad_plugins_drivers_proto_WaitTaskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_WaitTaskResponse__Output>): grpc.ClientUnaryCall;
  waitTask(argument: _hashicorp_nomad_plugins_drivers_proto_WaitTaskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_WaitTaskResponse__Output>): grpc.ClientUnaryCall;
  waitTask(argument: _hashicorp_nomad_plugins_drivers_proto_WaitTaskRequest, callback: grpc.requestCallback<_hashicorp_nomad_plugins_drivers_proto_WaitTaskResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface DriverHandlers extends grpc.UntypedServiceImplementation {
  Capabilities: grpc.handleUnaryCall<_hashicorp_nomad_plugins_drivers_proto_CapabilitiesRequest__Output, _hashicorp_nomad_plugins_drivers_proto_CapabilitiesResponse>;
  
  CreateNetwork: grpc.handleUnaryCall<_hashicorp_nomad_plugins_drivers_proto_CreateNetworkRequest__Output, _hashicorp_nomad_plugins_drivers_proto_CreateNetworkResponse>;
  
  DestroyNetwork: grpc.handleUnaryCall<_hashicorp_nomad_plugins_drivers_proto_DestroyNetworkRequest__Output, _hashicorp_nomad_plugins_drivers_proto_DestroyNetworkResponse>;
  
  DestroyTask: grpc.handleUnaryCall<_hashicorp_nomad_plugins_drivers_proto_DestroyTaskRequest__Output, _hashicorp_nomad_plugins_drivers_proto_DestroyTaskResponse>;
  
  ExecTask: grpc.handleUnaryCall<_hashicorp_nomad_plugins_drivers_proto_ExecTaskRequest__Output, _hashicorp_nomad_plugins_drivers_proto_ExecTaskResponse>;
  
  ExecTaskStreaming: grpc.handleBidiStreamingCall<_hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest__Output, _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingResponse>;
  
  Fingerprint: grpc.handleServerStreamingCall<_hashicorp_nomad_plugins_drivers_proto_FingerprintRequest__Output, _hashicorp_nomad_plugins_drivers_proto_FingerprintResponse>;
  
  Init: grpc.handleUnaryCall<_hashicorp_nomad_plugins_drivers_proto_InitRequest__Output, _hashicorp_nomad_plugins_drivers_proto_InitResponse>;
  
  InspectTask: grpc.handleUnaryCall<_hashicorp_nomad_plugins_drivers_proto_InspectTaskRequest__Output, _hashicorp_nomad_plugins_drivers_proto_InspectTaskResponse>;
  
  RecoverTask: grpc.handleUnaryCall<_hashicorp_nomad_plugins_drivers_proto_RecoverTaskRequest__Output, _hashicorp_nomad_plugins_drivers_proto_RecoverTaskResponse>;
  
  Shutdown: grpc.handleUnaryCall<_hashicorp_nomad_plugins_drivers_proto_ShutdownRequest__Output, _hashicorp_nomad_plugins_drivers_proto_ShutdownResponse>;
  
  SignalTask: grpc.handleUnaryCall<_hashicorp_nomad_plugins_drivers_proto_SignalTaskRequest__Output, _hashicorp_nomad_plugins_drivers_proto_SignalTaskResponse>;
  
  StartTask: grpc.handleUnaryCall<_hashicorp_nomad_plugins_drivers_proto_StartTaskRequest__Output, _hashicorp_nomad_plugins_drivers_proto_StartTaskResponse>;
  
  StopTask: grpc.handleUnaryCall<_hashicorp_nomad_plugins_drivers_proto_StopTaskRequest__Output, _hashicorp_nomad_plugins_drivers_proto_StopTaskResponse>;
  
  TaskConfigSchema: grpc.handleUnaryCall<_hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaRequest__Output, _hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaResponse>;
  
  TaskEvents: grpc.handleServerStreamingCall<_hashicorp_nomad_plugins_drivers_proto_TaskEventsRequest__Output, _hashicorp_nomad_plugins_drivers_proto_DriverTaskEvent>;
  
  TaskStats: grpc.handleServerStreamingCall<_hashicorp_nomad_plugins_drivers_proto_TaskStatsRequest__Output, _hashicorp_nomad_plugins_drivers_proto_TaskStatsResponse>;
  
  WaitTask: grpc.handleUnaryCall<_hashicorp_nomad_plugins_drivers_proto_WaitTaskRequest__Output, _hashicorp_nomad_plugins_drivers_proto_WaitTaskResponse>;
  
}

export interface DriverDefinition extends grpc.ServiceDefinition {
  Capabilities: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_CapabilitiesRequest, _hashicorp_nomad_plugins_drivers_proto_CapabilitiesResponse, _hashicorp_nomad_plugins_drivers_proto_CapabilitiesRequest__Output, _hashicorp_nomad_plugins_drivers_proto_CapabilitiesResponse__Output>
  CreateNetwork: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_CreateNetworkRequest, _hashicorp_nomad_plugins_drivers_proto_CreateNetworkResponse, _hashicorp_nomad_plugins_drivers_proto_CreateNetworkRequest__Output, _hashicorp_nomad_plugins_drivers_proto_CreateNetworkResponse__Output>
  DestroyNetwork: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_DestroyNetworkRequest, _hashicorp_nomad_plugins_drivers_proto_DestroyNetworkResponse, _hashicorp_nomad_plugins_drivers_proto_DestroyNetworkRequest__Output, _hashicorp_nomad_plugins_drivers_proto_DestroyNetworkResponse__Output>
  DestroyTask: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_DestroyTaskRequest, _hashicorp_nomad_plugins_drivers_proto_DestroyTaskResponse, _hashicorp_nomad_plugins_drivers_proto_DestroyTaskRequest__Output, _hashicorp_nomad_plugins_drivers_proto_DestroyTaskResponse__Output>
  ExecTask: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_ExecTaskRequest, _hashicorp_nomad_plugins_drivers_proto_ExecTaskResponse, _hashicorp_nomad_plugins_drivers_proto_ExecTaskRequest__Output, _hashicorp_nomad_plugins_drivers_proto_ExecTaskResponse__Output>
  ExecTaskStreaming: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest, _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingResponse, _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingRequest__Output, _hashicorp_nomad_plugins_drivers_proto_ExecTaskStreamingResponse__Output>
  Fingerprint: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_FingerprintRequest, _hashicorp_nomad_plugins_drivers_proto_FingerprintResponse, _hashicorp_nomad_plugins_drivers_proto_FingerprintRequest__Output, _hashicorp_nomad_plugins_drivers_proto_FingerprintResponse__Output>
  Init: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_InitRequest, _hashicorp_nomad_plugins_drivers_proto_InitResponse, _hashicorp_nomad_plugins_drivers_proto_InitRequest__Output, _hashicorp_nomad_plugins_drivers_proto_InitResponse__Output>
  InspectTask: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_InspectTaskRequest, _hashicorp_nomad_plugins_drivers_proto_InspectTaskResponse, _hashicorp_nomad_plugins_drivers_proto_InspectTaskRequest__Output, _hashicorp_nomad_plugins_drivers_proto_InspectTaskResponse__Output>
  RecoverTask: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_RecoverTaskRequest, _hashicorp_nomad_plugins_drivers_proto_RecoverTaskResponse, _hashicorp_nomad_plugins_drivers_proto_RecoverTaskRequest__Output, _hashicorp_nomad_plugins_drivers_proto_RecoverTaskResponse__Output>
  Shutdown: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_ShutdownRequest, _hashicorp_nomad_plugins_drivers_proto_ShutdownResponse, _hashicorp_nomad_plugins_drivers_proto_ShutdownRequest__Output, _hashicorp_nomad_plugins_drivers_proto_ShutdownResponse__Output>
  SignalTask: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_SignalTaskRequest, _hashicorp_nomad_plugins_drivers_proto_SignalTaskResponse, _hashicorp_nomad_plugins_drivers_proto_SignalTaskRequest__Output, _hashicorp_nomad_plugins_drivers_proto_SignalTaskResponse__Output>
  StartTask: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_StartTaskRequest, _hashicorp_nomad_plugins_drivers_proto_StartTaskResponse, _hashicorp_nomad_plugins_drivers_proto_StartTaskRequest__Output, _hashicorp_nomad_plugins_drivers_proto_StartTaskResponse__Output>
  StopTask: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_StopTaskRequest, _hashicorp_nomad_plugins_drivers_proto_StopTaskResponse, _hashicorp_nomad_plugins_drivers_proto_StopTaskRequest__Output, _hashicorp_nomad_plugins_drivers_proto_StopTaskResponse__Output>
  TaskConfigSchema: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaRequest, _hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaResponse, _hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaRequest__Output, _hashicorp_nomad_plugins_drivers_proto_TaskConfigSchemaResponse__Output>
  TaskEvents: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_TaskEventsRequest, _hashicorp_nomad_plugins_drivers_proto_DriverTaskEvent, _hashicorp_nomad_plugins_drivers_proto_TaskEventsRequest__Output, _hashicorp_nomad_plugins_drivers_proto_DriverTaskEvent__Output>
  TaskStats: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_TaskStatsRequest, _hashicorp_nomad_plugins_drivers_proto_TaskStatsResponse, _hashicorp_nomad_plugins_drivers_proto_TaskStatsRequest__Output, _hashicorp_nomad_plugins_drivers_proto_TaskStatsResponse__Output>
  WaitTask: MethodDefinition<_hashicorp_nomad_plugins_drivers_proto_WaitTaskRequest, _hashicorp_nomad_plugins_drivers_proto_WaitTaskResponse, _hashicorp_nomad_plugins_drivers_proto_WaitTaskRequest__Output, _hashicorp_nomad_plugins_drivers_proto_WaitTaskResponse__Output>
}
