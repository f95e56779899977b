/** The shape of the recorded facts, as far as they are compared. */
export interface Facts {
  readonly id: string;
  readonly index: number;
  readonly verdicts: {
    readonly behavior: readonly string[];
    readonly wrong_closer_fails_behavior?: boolean;
    readonly wrong_close_code_fails_behavior?: boolean;
    readonly always?: string;
  };
  readonly expected_close: {
    readonly started_by: string;
    readonly codes_accepted: readonly number[];
    readonly must_be_clean: boolean;
  };
  readonly negotiates_extension: string | null;
  readonly expected_events?: Readonly<Record<string, readonly FactsEvent[]>>;
  readonly fuzzer_closes_with_when_matched?: number | null;
  readonly steps_against_silent_peer?: readonly FactsStep[];
  readonly socket_writes_as_server?: readonly { readonly bytes: number; readonly times: number }[];
  readonly stream_as_server_hex?: string;
  readonly params?: FactsParams;
}

export interface FactsEvent {
  readonly event: string;
  readonly binary?: boolean;
  readonly tag?: string;
  readonly len?: number;
  readonly hex?: string;
  readonly repeat_hex?: string;
}

export interface FactsStep {
  readonly at_ms: number;
  readonly do: string;
  readonly ms?: number;
  readonly tag?: string;
  readonly opcode?: number;
  readonly fin?: boolean;
  readonly rsv?: number;
  readonly len?: number;
  readonly hex?: string;
  readonly head_hex?: string;
  readonly repeat_hex?: string;
  readonly bytes_per_write?: number | null;
  readonly sync?: boolean;
  readonly times?: number;
}

export interface FactsParams {
  readonly kind: string;
  readonly timeout_s: number;
  readonly payload_bytes?: number;
  readonly payload_repeats_hex?: string;
  readonly count?: number;
  readonly fragment_bytes?: number;
  readonly bytes_per_write?: number;
  readonly frames_in_order?: readonly { opcode: number; fin: boolean; len: number; times: number }[];
  readonly message_size?: number;
  readonly size_counts?: string;
  readonly frame_bytes_max?: number | null;
  readonly data_bytes?: number;
  readonly fuzzer_as_server_answers?: Readonly<Record<string, string | null>>;
}
