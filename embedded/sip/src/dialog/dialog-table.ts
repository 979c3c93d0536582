import { identityOf } from '../message/sip-message.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { Dialog } from './dialog.ts';

/** All live dialogs, by the tags of the network and by the id of the control protocol. */
export class DialogTable {
  private readonly byTags = new Map<string, Dialog>();
  private readonly byId = new Map<string, Dialog>();

  count(): number {
    return this.byTags.size;
  }

  add(dialog: Dialog): void {
    this.byTags.set(tagKey(dialog.callId, dialog.localTag, dialog.remoteTag), dialog);
    if (!this.byId.has(dialog.id)) this.byId.set(dialog.id, dialog);
  }

  /** The branches of a forked INVITE share one id: the one that was answered is the one the application means. */
  confirm(dialog: Dialog): void {
    dialog.phase = 'confirmed';
    this.byId.set(dialog.id, dialog);
  }

  end(dialog: Dialog): void {
    const { accepted } = dialog;
    dialog.phase = 'ended';
    dialog.accepted = undefined;
    dialog.reliable?.finish();
    dialog.reliable = undefined;
    dialog.session?.stop();
    dialog.session = undefined;
    this.byTags.delete(tagKey(dialog.callId, dialog.localTag, dialog.remoteTag));
    if (this.byId.get(dialog.id) === dialog) this.byId.delete(dialog.id);
    accepted?.finish();
  }

  findById(id: string): Dialog | undefined {
    return this.byId.get(id);
  }

  findByTags(callId: string, localTag: string, remoteTag: string): Dialog | undefined {
    return this.byTags.get(tagKey(callId, localTag, remoteTag));
  }

  /** The dialog a request from the network belongs to (RFC 3261 §12.2.2). */
  findForRequest(request: SipRequest): Dialog | undefined {
    const { callId, fromTag, toTag } = identityOf(request);
    return this.findByTags(callId, toTag ?? '', fromTag ?? '');
  }

  all(): Dialog[] {
    return [...this.byTags.values()];
  }
}

function tagKey(callId: string, localTag: string, remoteTag: string): string {
  return `${callId}\n${localTag}\n${remoteTag}`;
}
