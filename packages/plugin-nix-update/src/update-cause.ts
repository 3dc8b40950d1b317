/** Who asked: the scheduler, a person, or a person in a hurry. */
export type UpdateCause = 'scheduled' | 'manual' | 'emergency';
