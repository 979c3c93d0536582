import { Schema, type Connection } from 'mongoose';

/** A record as large and as indexed as the busiest collection of the product. */
export interface BenchCase {
  _id: string;
  number: string;
  district: string;
  state: string;
  agent: string;
  openedAt: Date;
  amount: number;
  note: string;
  phones: string[];
}

const DISTRICTS = 17;
const AGENTS = 200;
const STATES = ['open', 'waiting', 'called', 'agreed', 'closed'] as const;
const FIRST_DAY_MS = Date.UTC(2026, 3, 1);
const MINUTE_MS = 60_000;

const schema = new Schema<BenchCase>(
  {
    _id: String,
    number: String,
    district: String,
    state: String,
    agent: String,
    openedAt: Date,
    amount: Number,
    note: String,
    phones: [String],
  },
  { versionKey: false, id: false },
);
schema.index({ number: 1 }, { unique: true });
schema.index({ district: 1, openedAt: -1 });
schema.index({ agent: 1, state: 1, openedAt: 1 });
schema.index({ openedAt: 1 });
schema.index({ phones: 1 });

export const benchCases = (connection: Connection) => connection.model('BenchCase', schema, 'cases');

/** The same document for the same position, so that every run measures the same data. */
export function benchCase(position: number): BenchCase {
  const scattered = (position * 2_654_435_761) % 4_294_967_296;
  return {
    _id: `case-${String(position).padStart(8, '0')}`,
    number: String(scattered).padStart(10, '0'),
    district: `district-${scattered % DISTRICTS}`,
    state: STATES[scattered % STATES.length] ?? 'open',
    agent: `agent-${scattered % AGENTS}`,
    openedAt: new Date(FIRST_DAY_MS + position * MINUTE_MS),
    amount: scattered % 100_000,
    note: 'Asked to pay in three parts from the end of the month; call again after the 20th.',
    phones: [`090${String(scattered).padStart(10, '0').slice(0, 8)}`],
  };
}

export type CaseModel = ReturnType<typeof benchCases>;
