// The bodies of the management API that the console reads. A figure that is not known is absent.

export type Plane = 'native' | 'gamestream';
export type Level = 'full' | 'controller' | 'view' | 'custom';
export type Preset = Exclude<Level, 'custom'>;

export interface Me {
  lane: 'open' | 'token' | 'scoped' | 'console' | 'device';
  signed_in: boolean;
  host_name: string;
  version: string;
  sign_in?: { id: number; since_unix: number; expires_unix: number };
}

export interface Setup {
  claimed: boolean;
  host_name: string;
  fingerprint: string;
  code_file?: string;
}

export interface Backend {
  room: string;
  name: string;
  usable: boolean;
  reason?: string;
}

export interface Status {
  version: string;
  host_name: string;
  fingerprint: string;
  uptime_s: number;
  gamestream: boolean;
  native: boolean;
  open: boolean;
  ports: Record<string, number>;
  sessions: { total: number; live: number; detached: number };
  pairing_pending: number;
  approvals_pending: number;
  paired_devices: number;
  unsaved_revocations: boolean;
  encoder?: { name: string; hardware: boolean };
  backends: Backend[];
  notices: string[];
}

export type SessionState = 'reserved' | 'starting' | 'live' | 'rebuilding' | 'detached' | 'ending' | 'ended';

export interface Session {
  id: number;
  state: SessionState;
  plane: Plane;
  device_id?: number;
  device_name: string;
  client_address: string;
  app_id: number;
  app_title: string;
  mode: string;
  started_unix: number;
  display?: string;
  capture?: string;
  encoder?: string;
  hardware_encoder?: boolean;
  codec?: string;
  audio?: string;
  input?: string;
  notes: string[];
  muted?: boolean;
  grants?: number;
  bitrate_kbps?: number;
  frames_sent: number;
  frames_dropped: number;
  sent_bytes: number;
  fps?: number;
  mbps?: number;
  host_p50_us?: number;
  host_p99_us?: number;
  encode_p50_us?: number;
  encode_p99_us?: number;
  last_frame_age_ms?: number;
}

export interface Sample {
  t_ms: number;
  fps?: number;
  mbps?: number;
  loss_ppm?: number;
  host_p50_us?: number;
  host_p99_us?: number;
  encode_p50_us?: number;
  rtt_us?: number;
  fec_percent?: number;
  bitrate_kbps?: number;
}

export interface PinRequest {
  request_id: number;
  plane: Plane;
  uniqueid: string;
  fingerprint: string;
  peer_ip: string;
  since_unix: number;
  age_s: number;
}

export interface Pairing {
  pending: PinRequest[];
  recent: { request_id: number; unix_time: number; paired: boolean; text: string }[];
}

export interface NativePairing {
  enabled: boolean;
  armed: boolean;
  expires_in_secs?: number;
  fingerprint?: string;
  grants?: number;
  access_level?: Level;
  access_expires_in_secs?: number;
  until_disconnect?: boolean;
  waiting: number;
  recent: { unix_time: number; fingerprint: string; paired: boolean; text: string }[];
}

export interface NativeArmed extends Omit<NativePairing, 'enabled' | 'waiting' | 'recent'> {
  pin: string;
  expires_in_secs: number;
}

export interface Knock {
  id: number;
  name: string;
  fingerprint: string;
  address: string;
  source: 'lan' | 'wan';
  age_secs: number;
  connected: boolean;
  device_id?: number;
  grants?: number;
  access_level?: Level;
  expires_unix?: number;
  until_disconnect?: boolean;
  generation?: number;
}

export interface Credential {
  fingerprint: string;
  plane: Plane;
  paired_unix: number;
}

export interface Device {
  id: number;
  name: string;
  grants: number;
  access_level: Level;
  expires_unix?: number;
  expired: boolean;
  until_disconnect: boolean;
  granted_unix?: number;
  disabled: boolean;
  created_unix: number;
  last_seen_unix?: number;
  last_address?: string;
  connections: number;
  session_id?: number;
  client_kind?: string;
  client_version?: string;
  revision?: number;
  credentials: Credential[];
}

export interface DeviceChange {
  name?: string;
  grants?: number;
  preset?: Preset;
  expires_in_secs?: number;
  clear_expiry?: boolean;
  until_disconnect?: boolean;
  disabled?: boolean;
}

export interface Check {
  id: string;
  status: 'ok' | 'warning' | 'failed' | 'skipped';
  title: string;
  meaning: string;
  fix?: string;
  command?: string;
  since_unix: number;
}

export interface Checks {
  checks: Check[];
  // When all of them were last run; absent = not yet.
  ran_unix?: number;
}

export interface Action {
  id: 'power.sleep' | 'power.reboot' | 'power.shutdown' | 'host.restart';
  possible: boolean;
  // Why not.
  reason?: string;
  // It waits for the last session to end.
  waiting_since_unix?: number;
}

export interface AuditEntry {
  id: number;
  unix_time: number;
  what: string;
  device_id?: number;
  device_name?: string;
  by: string;
  from: string;
  detail: string;
}

export interface PastSession {
  id: number;
  plane: Plane;
  device_id?: number;
  device_name: string;
  app_title: string;
  mode: string;
  codec?: string;
  encoder?: string;
  started_unix: number;
  duration_s: number;
  end_reason: string;
  end_text: string;
  frames_sent: number;
  frames_dropped: number;
  bytes: number;
  host_p50_us?: number;
  host_p99_us?: number;
}

export interface Host {
  host_name: string;
  uniqueid: string;
  addresses: string[];
  macs: string[];
  fingerprint: string;
  version: string;
  os: string;
  ports: Record<string, number>;
  codecs: string[];
  deep_link?: string;
  gamestream: boolean;
  native: boolean;
  open: boolean;
}

export interface SignIn {
  id: number;
  address: string;
  agent: string;
  since_unix: number;
  last_unix: number;
  current: boolean;
}

export interface HostEvent {
  seq: number;
  ts_ms: number;
  schema: number;
  kind: string;
  [more: string]: unknown;
}
