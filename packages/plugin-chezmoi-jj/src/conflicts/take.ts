/** Whose version of a file counts: that of this home, that of the others, or a text that a person has made of both. `shown` is what the person began with, where it was shown. */
export type Take =
  | { readonly from: 'local' | 'remote' }
  | { readonly from: 'edit'; readonly text: string; readonly shown?: string };
