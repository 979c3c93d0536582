/** Which of the two keys of a counted text goes with a count; Japanese has the same words under both. */
export const plural = (count: number): 'one' | 'many' => (count === 1 ? 'one' : 'many');
