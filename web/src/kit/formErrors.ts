import { fieldErrors, problemOf } from '../api/problem';

/** Leads to the first field that has an error, once it is shown: in a long form it may be out of sight. */
export function focusInvalid() {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('form [aria-invalid="true"]')?.focus());
}

/** Puts what the server says against fields on those fields. */
export function showRefusal(form: { setErrors: (errors: Record<string, string>) => void }, error: unknown) {
  form.setErrors(fieldErrors(problemOf(error)));
  focusInvalid();
}
