import { CategoryCode, PhoneNumber } from '#contracts/ids.contract';
import type { Category } from '#contracts/cases.contract';
import { displayNumber } from './phone-number.model.ts';

export interface DebtCategory {
  code: CategoryCode;
  name: { ja: string; en: string };
  shortName: { ja: string; en: string };
  /** The number that residents see and can call back (DOMAIN Q8: five groups). */
  callerId: PhoneNumber;
}

const INSURANCE = '+81220001100';
const TAX = '+81220001200';
const CHILDCARE = '+81220001300';
const LUNCH = '+81220001400';
const LOAN = '+81220001500';

/** DOMAIN R2 in its order. Long-term care, late-elderly and other claims share the insurance number (DOMAIN Q8, to be confirmed by the city). */
const ROWS: readonly [code: string, ja: string, en: string, shortJa: string, shortEn: string, callerId: string][] = [
  ['01', '国民健康保険料', 'National Health Insurance premium', '国保', 'NHI', INSURANCE],
  ['02', '後期高齢者医療保険料', 'Late-elderly medical premium', '後期', 'Late-elderly', INSURANCE],
  ['03', '介護保険料', 'Long-term care premium', '介護', 'LTC', INSURANCE],
  ['04', '市県民税および森林環境税', 'City and prefectural tax', '市県民税', 'City tax', TAX],
  ['05', '軽自動車税(種別割)', 'Light vehicle tax', '軽自', 'Vehicle tax', TAX],
  ['06', '固定資産税(土地・家屋)・都市計画税', 'Fixed asset and city planning tax', '固定', 'Property tax', TAX],
  ['07', '固定資産税(償却資産)', 'Depreciable asset tax', '償却', 'Asset tax', TAX],
  ['08', '保育料等', 'Childcare fees', '保育', 'Childcare', CHILDCARE],
  ['09', '学校給食費', 'School lunch fee', '給食', 'Lunch fee', LUNCH],
  ['10', '災害援護資金貸付金', 'Disaster-relief loan', '災害援護', 'Disaster loan', LOAN],
  ['11', 'その他債権', 'Other claims', 'その他', 'Other', INSURANCE],
];

export const CATEGORIES: readonly DebtCategory[] = ROWS.map(([code, ja, en, shortJa, shortEn, callerId]) => ({
  code: CategoryCode.parse(code),
  name: { ja, en },
  shortName: { ja: shortJa, en: shortEn },
  callerId: PhoneNumber.parse(callerId),
}));

export function findCategory(code: string): DebtCategory | null {
  return CATEGORIES.find((category) => category.code === code) ?? null;
}

/** The category that answers for an inbound number: the first of those sharing it. */
export function categoryOfNumber(number: string): DebtCategory | null {
  return CATEGORIES.find((category) => category.callerId === number) ?? null;
}

export function toCategoryView({ code, name, shortName, callerId }: DebtCategory): Category {
  return { code, name, shortName, callerIdDisplay: displayNumber(callerId) };
}
