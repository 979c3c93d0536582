import mongoose, { Schema } from 'mongoose';
import { guardScope, MissingScopeError, SYSTEM_SCOPE, type Scope } from './scope-guard.ts';

interface Thing {
  tags: string[];
}

/** No database is behind this connection: whatever passes the guard fails on it, with another error. */
const connection = mongoose.createConnection();
const schema = new Schema<Thing>({ tags: [String] }, { bufferCommands: false });
schema.plugin(guardScope, { path: 'tags' });
const Things = connection.model<Thing>('Thing', schema);

describe('a guarded model', () => {
  const attempts: Record<string, () => PromiseLike<unknown>> = {
    find: () => Things.find({}).exec(),
    findOne: () => Things.findOne({}).exec(),
    findById: () => Things.findById('x').exec(),
    countDocuments: () => Things.countDocuments({}).exec(),
    distinct: () => Things.distinct('tags').exec(),
    updateOne: () => Things.updateOne({}, { $set: { tags: [] } }).exec(),
    updateMany: () => Things.updateMany({}, { $set: { tags: [] } }).exec(),
    replaceOne: () => Things.replaceOne({}, { tags: [] }).exec(),
    findOneAndUpdate: () => Things.findOneAndUpdate({}, { $set: { tags: [] } }).exec(),
    findOneAndDelete: () => Things.findOneAndDelete({}).exec(),
    deleteOne: () => Things.deleteOne({}).exec(),
    deleteMany: () => Things.deleteMany({}).exec(),
    exists: () => Things.exists({}).exec(),
    aggregate: () => Things.aggregate([{ $match: {} }]).exec(),
    estimatedDocumentCount: () => Things.estimatedDocumentCount().exec(),
    bulkWrite: () => Things.bulkWrite([{ deleteMany: { filter: {} } }]),
  };

  for (const [name, attempt] of Object.entries(attempts)) {
    it(`refuses ${name} without a scope`, async () => {
      await expectAsync(Promise.resolve(attempt())).toBeRejectedWithError(MissingScopeError);
    });
  }

  it('adds the scope to the filter', async () => {
    const scope: Scope = { kind: 'values', values: ['04'] };
    const query = Things.find({ _id: 'x' }).setOptions({ scope });
    await query.exec().catch(() => undefined);
    expect(query.getFilter()).toEqual(jasmine.objectContaining({ $and: [{ tags: { $in: ['04'] } }] }));
    const aggregation = Things.aggregate([{ $count: 'n' }], { scope });
    await aggregation.exec().catch(() => undefined);
    expect(aggregation.pipeline()[0]).toEqual({ $match: { tags: { $in: ['04'] } } });
  });

  it('finds nothing for a scope without values', async () => {
    const query = Things.find({}).setOptions({ scope: { kind: 'values', values: [] } });
    await query.exec().catch(() => undefined);
    expect(query.getFilter()).toEqual({ $and: [{ tags: { $in: [] } }] });
  });

  it('lets the system itself see everything', async () => {
    const query = Things.find({}).setOptions({ scope: SYSTEM_SCOPE });
    const error: unknown = await query.exec().catch((reason: unknown) => reason);
    expect(error instanceof MissingScopeError).toBeFalse();
    expect(query.getFilter()).toEqual({});
  });
});
