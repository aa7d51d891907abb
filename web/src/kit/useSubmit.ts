import { useState } from 'react';

/** A form's one call: whether it is under way, and how it failed. For the pages before the sign-in, which carry no query client. */
export function useSubmit<Values>(call: (values: Values) => Promise<void>) {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (values: Values) => {
    setPending(true);
    setError(null);
    try {
      await call(values);
    } catch (failure) {
      setError(failure);
    } finally {
      setPending(false);
    }
  };
  return { pending, error, submit };
}
