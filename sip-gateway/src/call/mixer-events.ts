import { UserId } from '#contracts/ids.contract';
import type { PhoneBook } from '../phones/phone-book.ts';
import type { MediaEngine } from '../ports/media.port.ts';
import type { LegId, MixerEvents, RepairedRecording } from '../ports/mixer.port.ts';
import type { PacketCounts } from '../ports/packet-counts.port.ts';
import type { CallRegistry } from './call-registry.ts';

const AGENT_LEG = 'agent:';

/** What rtpengine received of whoever speaks on a leg, for the check of recordings against it. */
export function countPackets(calls: CallRegistry, phones: PhoneBook, media: MediaEngine): PacketCounts {
  return {
    async received(leg) {
      const anchor = leg.startsWith(AGENT_LEG) ? phones.anchorOf(userOf(leg)) : calls.anchorOf(leg);
      const statistics = anchor === undefined ? null : await media.statistics(anchor);
      return statistics?.fromParty.packets ?? null;
    },
  };
}

const userOf = (leg: LegId): UserId => UserId.parse(leg.slice(AGENT_LEG.length));

/** Hands what the mixer reports to the call or the phone it is about. */
export function routeMixerEvents(
  calls: CallRegistry,
  phones: PhoneBook,
  onRepaired: (recording: RepairedRecording) => void,
): MixerEvents {
  return {
    onDigit(leg, digit) {
      const runner = calls.ofLeg(leg);
      const party = runner?.partyOn(leg);
      if (runner !== undefined && party !== undefined) runner.post({ type: 'digit', party, digit });
    },
    onFlow(leg, flow) {
      if (leg.startsWith(AGENT_LEG)) phones.noteFlow(userOf(leg), flow);
      // A resident may be silent for good reasons; a restarted rtpengine that forgot the call is none.
      else if (flow === 'silent') void calls.ofLeg(leg)?.checkMedia(leg);
    },
    onRecordingFailed(recording, reason) {
      calls.ofRecording(recording)?.post({ type: 'recording-failed', reason });
    },
    onPlayed(leg, sound) {
      calls.notePlayed(leg, sound);
    },
    onLost(process) {
      if (process === 'recorder') return;
      calls.loseMedia();
      void phones.dropAll();
    },
    onRecordingRepaired: onRepaired,
  };
}
