import { PhoneNumber } from '#contracts/ids.contract';
import { fromTrunkForm, toTrunkForm } from './dial-plan.model.ts';

describe('the dial plan', () => {
  it('dials domestic numbers in national form and others with 010', () => {
    expect(toTrunkForm(PhoneNumber.parse('+81220001100'))).toBe('0220001100');
    expect(toTrunkForm(PhoneNumber.parse('+818012345678'))).toBe('08012345678');
    expect(toTrunkForm(PhoneNumber.parse('+84901234567'))).toBe('01084901234567');
  });

  it('reads national, international and E.164 forms', () => {
    expect(fromTrunkForm('0220001100')).toBe(PhoneNumber.parse('+81220001100'));
    expect(fromTrunkForm('080-1234-5678')).toBe(PhoneNumber.parse('+818012345678'));
    expect(fromTrunkForm('+84901234567')).toBe(PhoneNumber.parse('+84901234567'));
    expect(fromTrunkForm('01084901234567')).toBe(PhoneNumber.parse('+84901234567'));
  });

  it('reads what it writes', () => {
    for (const text of ['+81220001100', '+818012345678', '+84901234567', '+12025550100']) {
      const number = PhoneNumber.parse(text);
      expect(fromTrunkForm(toTrunkForm(number))).toBe(number);
    }
  });

  it('finds no number in withheld and strange callers', () => {
    for (const user of ['anonymous', 'unavailable', '', '110', '+', 'desk', '0000000000']) expect(fromTrunkForm(user)).toBeNull();
  });
});
