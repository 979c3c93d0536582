import type { CallbackView } from '#contracts/callbacks.contract';

/** What others may hear about call-backs. */
export interface CallbackEvents {
  'callback.changed': CallbackView;
}
