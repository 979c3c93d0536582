import { z } from 'zod';
import type { AnchorStatistics, StreamStatistics } from '../ports/media.port.ts';
import type { NgReply } from './rtpengine-control.ts';

/** What we read of rtpengine's answer to `query`; there is much more. */
const Stream = z.object({
  SSRC: z.int().optional(),
  flags: z.array(z.string()).default([]),
  stats: z.object({ packets: z.int() }),
});
const Side = z.object({ medias: z.array(z.object({ streams: z.array(Stream).default([]) })).default([]) });
/** One source's reception reports. Times in µs but for the jitter, which is in ms; the score times ten. */
const Reports = z.object({
  'cumulative loss': z.int().optional(),
  'average MOS': z
    .object({ MOS: z.number(), 'round-trip time': z.number(), jitter: z.number(), samples: z.int() })
    .partial()
    .optional(),
});
const QueryReply = z.object({
  result: z.literal('ok'),
  tags: z.record(z.string(), Side),
  SSRC: z.record(z.string(), Reports).default({}),
});
type QueryReply = z.infer<typeof QueryReply>;

const MOS_SCALE = 10;
const US_PER_MS = 1000;

/** The figures of one anchor; null when rtpengine does not know it. `tags` name its two sides. */
export function readStatistics(
  reply: NgReply,
  tags: { readonly party: string; readonly mixer: string },
): AnchorStatistics | null {
  const parsed = QueryReply.safeParse(reply);
  if (!parsed.success) return null;
  const [party, mixer] = [rtpOf(parsed.data, tags.party), rtpOf(parsed.data, tags.mixer)];
  // rtpengine files reports under the source that made them: what the party sends is judged by the mixer, and the other way round.
  return {
    fromParty: describe(party.packets, parsed.data.SSRC[String(mixer.ssrc)]),
    fromMixer: describe(mixer.packets, parsed.data.SSRC[String(party.ssrc)]),
  };
}

function rtpOf({ tags }: QueryReply, tag: string): { packets: number; ssrc: number | null } {
  const streams = (tags[tag]?.medias ?? []).flatMap((media) => media.streams).filter(({ flags }) => flags.includes('RTP'));
  return {
    packets: streams.reduce((sum, { stats }) => sum + stats.packets, 0),
    ssrc: streams.find(({ SSRC }) => SSRC !== undefined)?.SSRC ?? null,
  };
}

function describe(packets: number, reports: z.infer<typeof Reports> | undefined): StreamStatistics {
  const average = reports?.['average MOS'];
  const hasReports = average?.samples !== undefined && average.samples > 0;
  return {
    packets,
    lost: reports?.['cumulative loss'] ?? null,
    jitterMs: hasReports ? (average.jitter ?? null) : null,
    roundTripMs: hasReports && average['round-trip time'] !== undefined ? average['round-trip time'] / US_PER_MS : null,
    mos: hasReports && average.MOS !== undefined ? average.MOS / MOS_SCALE : null,
  };
}
