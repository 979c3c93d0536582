import { z } from 'zod';

/** node-redis types the answer of XREAD and XREADGROUP as `any`, so its form is checked here. */
const StreamsReply = z
  .array(z.object({ messages: z.array(z.object({ id: z.string(), message: z.record(z.string(), z.string()) })) }))
  .nullable();

export interface StreamMessage {
  id: string;
  message: Record<string, string>;
}

/** The messages of a blocking read of one stream, in their order; none when it timed out. */
export function messagesOf(reply: unknown): StreamMessage[] {
  return StreamsReply.parse(reply)?.flatMap((stream) => stream.messages) ?? [];
}
