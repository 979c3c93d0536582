import { Double, Long } from 'bson';
import { expressions, refusals, type ConformanceCase } from '../conformance-case.ts';

const date = (text: string): Date => new Date(text);
const long = (value: number): Long => Long.fromNumber(value);
const start = date('2024-01-31T10:30:00Z');
const newYork = 'America/New_York';

export const cases: readonly ConformanceCase[] = [
  ...expressions([
    [
      '$dateAdd of a month keeps to its last day',
      { $dateAdd: { startDate: start, unit: 'month', amount: 1 } },
      date('2024-02-29T10:30:00Z'),
    ],
    [
      '$dateAdd of a year from a leap day',
      { $dateAdd: { startDate: date('2024-02-29T00:00:00Z'), unit: 'year', amount: 1 } },
      date('2025-02-28T00:00:00Z'),
    ],
    ['$dateAdd of a quarter', { $dateAdd: { startDate: start, unit: 'quarter', amount: 1 } }, date('2024-04-30T10:30:00Z')],
    ['$dateAdd of weeks', { $dateAdd: { startDate: start, unit: 'week', amount: 2 } }, date('2024-02-14T10:30:00Z')],
    ['$dateAdd of days', { $dateAdd: { startDate: start, unit: 'day', amount: 1 } }, date('2024-02-01T10:30:00Z')],
    ['$dateAdd of hours', { $dateAdd: { startDate: start, unit: 'hour', amount: 24 } }, date('2024-02-01T10:30:00Z')],
    ['$dateAdd of minutes', { $dateAdd: { startDate: start, unit: 'minute', amount: -31 } }, date('2024-01-31T09:59:00Z')],
    ['$dateAdd of seconds', { $dateAdd: { startDate: start, unit: 'second', amount: 61 } }, date('2024-01-31T10:31:01Z')],
    [
      '$dateAdd of milliseconds',
      { $dateAdd: { startDate: start, unit: 'millisecond', amount: 5 } },
      date('2024-01-31T10:30:00.005Z'),
    ],
    [
      '$dateAdd takes a whole double',
      { $dateAdd: { startDate: start, unit: 'day', amount: new Double(2) } },
      date('2024-02-02T10:30:00Z'),
    ],
    [
      '$dateAdd of a day across the end of winter time keeps the clock',
      { $dateAdd: { startDate: date('2024-03-09T17:00:00Z'), unit: 'day', amount: 1, timezone: newYork } },
      date('2024-03-10T16:00:00Z'),
    ],
    [
      '$dateAdd of 24 hours across it does not',
      { $dateAdd: { startDate: date('2024-03-09T17:00:00Z'), unit: 'hour', amount: 24, timezone: newYork } },
      date('2024-03-10T17:00:00Z'),
    ],
    [
      '$dateAdd of a day into the hour that is skipped moves past it',
      { $dateAdd: { startDate: date('2024-03-09T07:30:00Z'), unit: 'day', amount: 1, timezone: newYork } },
      date('2024-03-10T07:30:00Z'),
    ],
    [
      '$dateAdd of a month in Tokyo counts by its days',
      { $dateAdd: { startDate: date('2024-01-30T15:30:00Z'), unit: 'month', amount: 1, timezone: 'Asia/Tokyo' } },
      date('2024-02-28T15:30:00Z'),
    ],
    ['$dateAdd with a null date is null', { $dateAdd: { startDate: null, unit: 'day', amount: 1 } }, null],
    ['$dateAdd with a null amount is null', { $dateAdd: { startDate: start, unit: 'day', amount: null } }, null],
    [
      '$dateSubtract of a month',
      { $dateSubtract: { startDate: date('2024-03-31T00:00:00Z'), unit: 'month', amount: 1 } },
      date('2024-02-29T00:00:00Z'),
    ],
    [
      '$dateSubtract of a day',
      { $dateSubtract: { startDate: date('2024-03-01T00:00:00Z'), unit: 'day', amount: 1 } },
      date('2024-02-29T00:00:00Z'),
    ],
    [
      '$dateDiff counts boundaries of days',
      { $dateDiff: { startDate: date('2024-01-01T23:59:00Z'), endDate: date('2024-01-02T00:01:00Z'), unit: 'day' } },
      long(1),
    ],
    [
      '$dateDiff of years',
      { $dateDiff: { startDate: date('2023-12-31T00:00:00Z'), endDate: date('2024-01-01T00:00:00Z'), unit: 'year' } },
      long(1),
    ],
    [
      '$dateDiff of quarters',
      { $dateDiff: { startDate: date('2023-12-31T00:00:00Z'), endDate: date('2024-07-01T00:00:00Z'), unit: 'quarter' } },
      long(3),
    ],
    [
      '$dateDiff of months backwards',
      { $dateDiff: { startDate: date('2024-03-01T00:00:00Z'), endDate: date('2024-01-31T00:00:00Z'), unit: 'month' } },
      long(-2),
    ],
    [
      '$dateDiff of weeks begins on Sunday',
      { $dateDiff: { startDate: date('2024-03-02T00:00:00Z'), endDate: date('2024-03-03T00:00:00Z'), unit: 'week' } },
      long(1),
    ],
    [
      '$dateDiff of weeks that begin on Monday',
      {
        $dateDiff: {
          startDate: date('2024-03-02T00:00:00Z'),
          endDate: date('2024-03-03T00:00:00Z'),
          unit: 'week',
          startOfWeek: 'monday',
        },
      },
      long(0),
    ],
    [
      '$dateDiff of hours',
      { $dateDiff: { startDate: date('2024-01-01T00:59:00Z'), endDate: date('2024-01-01T02:01:00Z'), unit: 'hour' } },
      long(2),
    ],
    [
      '$dateDiff of hours across a change of clocks counts hours that pass',
      {
        $dateDiff: {
          startDate: date('2024-03-10T05:00:00Z'),
          endDate: date('2024-03-11T04:00:00Z'),
          unit: 'hour',
          timezone: newYork,
        },
      },
      long(23),
    ],
    [
      '$dateDiff of minutes',
      { $dateDiff: { startDate: date('2024-01-01T00:00:59Z'), endDate: date('2024-01-01T00:01:01Z'), unit: 'minute' } },
      long(1),
    ],
    [
      '$dateDiff of seconds',
      { $dateDiff: { startDate: date('2024-01-01T00:00:00.999Z'), endDate: date('2024-01-01T00:00:01Z'), unit: 'second' } },
      long(1),
    ],
    [
      '$dateDiff of milliseconds',
      { $dateDiff: { startDate: date('2024-01-01T00:00:00Z'), endDate: date('2024-01-01T00:00:01Z'), unit: 'millisecond' } },
      long(1000),
    ],
    [
      '$dateDiff of days in Tokyo',
      {
        $dateDiff: {
          startDate: date('2024-01-01T14:00:00Z'),
          endDate: date('2024-01-01T16:00:00Z'),
          unit: 'day',
          timezone: 'Asia/Tokyo',
        },
      },
      long(1),
    ],
    ['$dateDiff with null is null', { $dateDiff: { startDate: null, endDate: start, unit: 'day' } }, null],
    ['$dateTrunc to the year', { $dateTrunc: { date: start, unit: 'year' } }, date('2024-01-01T00:00:00Z')],
    [
      '$dateTrunc to the quarter',
      { $dateTrunc: { date: date('2024-06-30T00:00:00Z'), unit: 'quarter' } },
      date('2024-04-01T00:00:00Z'),
    ],
    ['$dateTrunc to the month', { $dateTrunc: { date: start, unit: 'month' } }, date('2024-01-01T00:00:00Z')],
    [
      '$dateTrunc to the month in Tokyo',
      { $dateTrunc: { date: date('2024-01-31T16:00:00Z'), unit: 'month', timezone: 'Asia/Tokyo' } },
      date('2024-01-31T15:00:00Z'),
    ],
    [
      '$dateTrunc to the week begins on Sunday',
      { $dateTrunc: { date: date('2024-03-06T12:00:00Z'), unit: 'week' } },
      date('2024-03-03T00:00:00Z'),
    ],
    [
      '$dateTrunc to the week that begins on Monday',
      { $dateTrunc: { date: date('2024-03-06T12:00:00Z'), unit: 'week', startOfWeek: 'Mon' } },
      date('2024-03-04T00:00:00Z'),
    ],
    [
      '$dateTrunc to the day in New York',
      { $dateTrunc: { date: date('2024-07-04T03:00:00Z'), unit: 'day', timezone: newYork } },
      date('2024-07-03T04:00:00Z'),
    ],
    ['$dateTrunc to the hour', { $dateTrunc: { date: start, unit: 'hour' } }, date('2024-01-31T10:00:00Z')],
    [
      '$dateTrunc to the hour with half an hour of offset',
      { $dateTrunc: { date: start, unit: 'hour', timezone: '+05:30' } },
      date('2024-01-31T10:30:00Z'),
    ],
    [
      '$dateTrunc to 15 minutes',
      { $dateTrunc: { date: date('2024-01-31T10:44:59Z'), unit: 'minute', binSize: 15 } },
      date('2024-01-31T10:30:00Z'),
    ],
    ['$dateTrunc to 6 hours', { $dateTrunc: { date: start, unit: 'hour', binSize: 6 } }, date('2024-01-31T06:00:00Z')],
    [
      '$dateTrunc to 2 months counts from January 2000',
      { $dateTrunc: { date: date('2024-02-15T00:00:00Z'), unit: 'month', binSize: 2 } },
      date('2024-01-01T00:00:00Z'),
    ],
    [
      '$dateTrunc to 5 years counts from 2000',
      { $dateTrunc: { date: start, unit: 'year', binSize: 5 } },
      date('2020-01-01T00:00:00Z'),
    ],
    [
      '$dateTrunc to 10 days counts from 2000-01-01',
      { $dateTrunc: { date: date('2000-01-15T12:00:00Z'), unit: 'day', binSize: 10 } },
      date('2000-01-11T00:00:00Z'),
    ],
    [
      '$dateTrunc to 2 weeks counts from the first Sunday of 2000',
      { $dateTrunc: { date: date('2000-01-16T12:00:00Z'), unit: 'week', binSize: 2 } },
      date('2000-01-16T00:00:00Z'),
    ],
    [
      '$dateTrunc before 2000',
      { $dateTrunc: { date: date('1999-12-31T12:00:00Z'), unit: 'year', binSize: 2 } },
      date('1998-01-01T00:00:00Z'),
    ],
    ['$dateTrunc of null is null', { $dateTrunc: { date: null, unit: 'day' } }, null],
  ]),
  ...refusals([
    ['$dateAdd refuses an unknown unit', { $dateAdd: { startDate: start, unit: '$t', amount: 1 } }, 9, { t: 'moon' }],
    ['$dateAdd refuses a unit that is no string', { $dateAdd: { startDate: start, unit: '$n', amount: 1 } }, 5439013, { n: 1 }],
    ['$dateAdd refuses a broken amount', { $dateAdd: { startDate: start, unit: 'day', amount: '$n' } }, 5166405, { n: 1.5 }],
    ['$dateAdd refuses a string as date', { $dateAdd: { startDate: '$t', unit: 'day', amount: 1 } }, 5166403, { t: 'x' }],
    ['$dateAdd needs an amount', { $dateAdd: { startDate: start, unit: 'day' } }, 5166402],
    ['$dateAdd refuses unknown arguments', { $dateAdd: { startDate: start, unit: 'day', amount: 1, nope: 1 } }, 5166401],
    [
      '$dateSubtract refuses an amount beyond all dates',
      { $dateSubtract: { startDate: start, unit: 'year', amount: '$n' } },
      5976500,
      { n: Long.MAX_VALUE },
    ],
    ['$dateDiff needs a unit', { $dateDiff: { startDate: start, endDate: start } }, 5166305],
    ['$dateDiff refuses a number as date', { $dateDiff: { startDate: '$n', endDate: start, unit: 'day' } }, 5166307, { n: 1 }],
    [
      '$dateDiff refuses an unknown day of the week',
      { $dateDiff: { startDate: start, endDate: start, unit: 'week', startOfWeek: '$t' } },
      5439016,
      { t: 'noday' },
    ],
    ['$dateDiff refuses unknown arguments', { $dateDiff: { startDate: start, endDate: start, unit: 'day', nope: 1 } }, 5166302],
    ['$dateTrunc needs a unit', { $dateTrunc: { date: start } }, 5439010],
    ['$dateTrunc refuses a bin of 0', { $dateTrunc: { date: start, unit: 'day', binSize: '$n' } }, 5439018, { n: 0 }],
    ['$dateTrunc refuses a broken bin', { $dateTrunc: { date: start, unit: 'day', binSize: '$n' } }, 5439017, { n: 1.5 }],
    ['$dateTrunc refuses unknown arguments', { $dateTrunc: { date: start, unit: 'day', nope: 1 } }, 5439008],
  ]),
];
