import type { Fact, FactOf } from '#contracts/gateway.contract';
import type { CallId, UserId } from '#contracts/ids.contract';
import { end, isRunning, talkTime, type Call, type Ending } from './call.model.ts';
import { applyPartyFact, partyOfUser, twoParties, type ToldOf } from './call-parties.model.ts';
import { noteAnnounced, noteDigit, noteQueued } from '../queue/queueing-facts.model.ts';
import { passOn } from './hand-over.model.ts';

/** What the gateway tells about one call. */
export type CallFact = Extract<Fact, { callId: CallId }>;

/**
 * What a fact changes. Answers the same object when it changes nothing: facts may come twice, and late after an outage.
 *
 * outbound: dialling -> ringing -> talking -> wrap-up -> done; inbound: queued -> offered -> talking -> wrap-up -> done,
 * straight to done when nobody answered.
 */
export function applyFact(call: Call, fact: CallFact, told: ToldOf): Call {
  const { at } = told;
  switch (fact.type) {
    case 'call.ringing':
      return call.phase === 'dialling' ? { ...call, phase: 'ringing' } : call;
    case 'call.answered':
      return answer(call, fact, told);
    case 'call.ended':
      return isGuessedEnd(call) ? correctEnd(call, fact) : end(call, fact, at);
    case 'recording.ready':
      return keepRecording(call, fact);
    case 'recording.failed':
      return call.recording.file !== null || call.recording.state === 'failed'
        ? call
        : { ...call, recording: { ...call.recording, state: 'failed' } };
    case 'call.private':
    case 'party.invited':
    case 'party.ringing':
    case 'party.joined':
    case 'party.left':
      return isRunning(call) ? applyPartyFact(call, fact, told) : call;
    case 'party.changed':
      return isRunning(call) ? followOwner(applyPartyFact(call, fact, told)) : call;
    case 'call.owner-changed':
      return isRunning(call) ? passOn(call, fact, told) : call;
    case 'call.queued':
      return noteQueued(call, at);
    case 'call.digit':
      return noteDigit(call, fact);
    case 'call.announced':
      return noteAnnounced(call, fact, at);
    case 'party.quality':
      return keepQuality(call, fact);
    case 'recording.paused':
    case 'recording.resumed': {
      const isRecordingPaused = fact.type === 'recording.paused';
      return call.isRecordingPaused === isRecordingPaused ? call : { ...call, isRecordingPaused };
    }
    case 'call.arrived':
    case 'call.offered':
    case 'call.dialling':
    case 'party.asked-to-repeat':
    case 'recording.closed':
    case 'recording.checked':
    case 'recording.unpacked':
      return call;
  }
}

function answer(call: Call, fact: { agentId: UserId; isRecorded: boolean }, told: ToldOf): Call {
  if (!isRunning(call) || call.phase === 'talking') return call;
  return {
    ...call,
    ...twoParties(fact.agentId, told),
    phase: 'talking',
    agentId: fact.agentId,
    answeredAt: told.at,
    recording: { ...call.recording, state: fact.isRecorded ? 'recording' : 'none' },
  };
}

/** The microphone on the agent's screen is the one of their party. */
function followOwner(call: Call): Call {
  const isMuted = partyOfUser(call, call.agentId)?.isMuted ?? call.isMuted;
  return isMuted === call.isMuted ? call : { ...call, isMuted };
}

function keepQuality(call: Call, { party, lossPct, jitterMs, mos }: FactOf<'party.quality'>): Call {
  const known = call.quality.find((one) => one.party === party);
  const isSame = known?.lossPct === lossPct && known.jitterMs === jitterMs && known.mos === mos;
  if (isSame) return call;
  return { ...call, quality: [...call.quality.filter((one) => one !== known), { party, lossPct, jitterMs, mos }] };
}

/** A file that comes after a failure, or while the call goes on, lacks a part: it can be played, but never counts as whole. */
function keepRecording(call: Call, fact: FactOf<'recording.ready'>): Call {
  if (call.recording.file !== null) return call;
  const { file, seconds, channels, sha256, concealedFrames } = fact;
  const state = call.recording.state === 'failed' || isRunning(call) ? 'failed' : 'ready';
  const talkMs = isRunning(call) ? call.talkMs : talkTime(call, call.talkMs, seconds);
  return { ...call, talkMs, recording: { state, file, seconds, channels, sha256, concealedFrames } };
}

/** Ended by the server because the gateway did not know the call; the gateway's own word may still be under way. */
const isGuessedEnd = (call: Call): boolean => call.phase === 'wrap-up' && call.cause === 'failed' && call.endedBy === 'system';

function correctEnd(call: Call, { cause, endedBy, talkMs }: Ending): Call {
  if (cause === 'failed' && endedBy === 'system') return call;
  const ownMs = call.handOvers === 0 ? talkTime(call, talkMs, call.recording.seconds) : call.talkMs;
  return { ...call, cause, endedBy, talkMs: ownMs };
}
