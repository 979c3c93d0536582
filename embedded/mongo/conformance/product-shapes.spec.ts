import { featuresOf } from '../src/shapes/query-shape.ts';
import { readShapes, uncoveredFeatures } from './product-shapes.ts';

describe('the shapes of the product', () => {
  it('were recorded', () => {
    expect(readShapes().length).toBeGreaterThan(25);
  });

  it('have conformance cases for everything they use', async () => {
    expect(await uncoveredFeatures(readShapes())).toEqual([]);
  });

  it('are missed when no case has them', async () => {
    expect(await uncoveredFeatures([{ features: ['find', 'filter $neverHeardOf'] }])).toEqual(['filter $neverHeardOf']);
  });

  it('name what a command uses, not what it asks for', () => {
    const command = {
      update: 'persons',
      updates: [{ q: { name: 'secret', 'a.b': { $gt: 5 } }, u: { $set: { 'calls.$.note': 'secret' } }, multi: true }],
    };
    const features = featuresOf(command);
    expect(features).toEqual([
      'filter $gt',
      'filter equality',
      'filter path',
      'update',
      'update $set',
      'update multi',
      'update path',
      'update positional $',
    ]);
  });

  it('look into pipelines', () => {
    const command = {
      aggregate: 'calls',
      pipeline: [{ $match: { a: null } }, { $group: { _id: { $dateTrunc: { date: '$at' } }, n: { $sum: 1 } } }],
    };
    expect(featuresOf(command)).toEqual([
      'accumulator $sum',
      'aggregate',
      'expression $dateTrunc',
      'filter null',
      'stage $group',
      'stage $match',
    ]);
  });
});
