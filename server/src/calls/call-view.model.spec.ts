import { CaseId, CategoryCode } from '#contracts/ids.contract';
import { AGENT, anInboundCall } from './call.factory.ts';
import { showTo } from './call-view.model.ts';

const code = (text: string): CategoryCode => CategoryCode.parse(text);
const candidate = (caseId: string, ...categories: string[]) => ({
  caseId: CaseId.parse(caseId),
  nameMasked: '佐＊＊＊',
  kanaMasked: 'サ＊＊＊',
  birthYearMasked: '198＊',
  ward: '青葉区',
  categories: categories.map(code),
});

describe('what a desk is shown of a call', () => {
  it('leaves out candidates and categories that are not the person’s', () => {
    const call = anInboundCall({ candidates: [candidate('case-0001', '01', '04'), candidate('case-0002', '10')] });
    const shown = showTo({ userId: AGENT, categories: [code('01')] }, call).candidates;
    expect(shown.map((one) => [one.caseId as string, one.categories as string[]])).toEqual([['case-0001', ['01']]]);
  });
});
