import { Decimal128 } from 'bson';
import fc from 'fast-check';
import {
  divideDecimal,
  expDecimal,
  logBaseDecimal,
  logDecimal,
  moduloDecimal,
  powerDecimal,
  quantizeDecimal,
  squareRootDecimal,
} from './decimal-math.ts';

const decimal = (text: string): Decimal128 => Decimal128.fromString(text);

describe('decimal mathematics', () => {
  it('gives known values with 34 digits', () => {
    expect(squareRootDecimal(decimal('2')).toString()).toBe('1.414213562373095048801688724209698');
    expect(expDecimal(decimal('1')).toString()).toBe('2.718281828459045235360287471352662');
    expect(logDecimal(decimal('2')).toString()).toBe('0.6931471805599453094172321214581766');
    expect(logDecimal(decimal('10')).toString()).toBe('2.302585092994045684017991454684364');
    expect(divideDecimal(decimal('2'), decimal('3')).toString()).toBe('0.6666666666666666666666666666666667');
    expect(powerDecimal(decimal('2'), decimal('0.5')).toString()).toBe('1.414213562373095048801688724209698');
  });

  it('gives whole numbers for exact powers and roots', () => {
    expect(squareRootDecimal(decimal('144')).toString()).toBe('12');
    expect(logBaseDecimal(decimal('0.001'), decimal('10')).toString()).toBe('-3');
    expect(powerDecimal(decimal('1.5'), decimal('3')).toString()).toBe('3.375');
    expect(powerDecimal(decimal('-2'), decimal('3')).toString()).toBe('-8');
  });

  it('rounds halves to the even neighbour', () => {
    for (const [text, rounded] of [
      ['0.5', '0'],
      ['1.5', '2'],
      ['2.5', '2'],
      ['-2.5', '-2'],
    ] as const)
      expect(quantizeDecimal(decimal(text), 0, 'half-even').toString()).toBe(rounded);
  });

  it('handles what is not finite', () => {
    const infinity = decimal('Infinity');
    expect(divideDecimal(decimal('1'), infinity).toString()).toMatch(/^0/);
    expect(divideDecimal(infinity, decimal('-2')).toString()).toBe('-Infinity');
    expect(divideDecimal(infinity, infinity).toString()).toBe('NaN');
    expect(moduloDecimal(infinity, decimal('2')).toString()).toBe('NaN');
    expect(expDecimal(decimal('-Infinity')).toString()).toBe('0');
    expect(powerDecimal(decimal('-8'), decimal('0.5')).toString()).toBe('NaN');
  });

  it('agrees with doubles as far as they go', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (value) => {
        const text = decimal(value.toPrecision(17));
        const close = (result: Decimal128, wanted: number): void => {
          expect(Math.abs(Number(result.toString()) - wanted)).toBeLessThanOrEqual(Math.abs(wanted) * 1e-13 + 1e-300);
        };
        close(squareRootDecimal(text), Math.sqrt(value));
        if (Math.abs(value - 1) > 1e-3) close(logDecimal(text), Math.log(value));
        if (value < 500) close(expDecimal(text), Math.exp(value));
      }),
      { numRuns: 200 },
    );
  });
});
