import { lazy, Suspense, type ComponentType, type ReactNode } from 'react';
import { notLoaded, ProblemError } from '../api/problem';

/**
 * A part that is fetched when it is first shown: what a page does not need at once does not count for its first show.
 * Where something stands in its place meanwhile, nothing moves when it comes.
 */
export function lazily<Props extends object>(load: () => Promise<ComponentType<Props>>, meanwhile?: ReactNode) {
  const Loaded = lazy(async () => {
    try {
      return { default: (await load()) as ComponentType<object> };
    } catch (error) {
      throw new ProblemError({ ...notLoaded, detail: String(error) });
    }
  });
  return function Lazily(props: Props) {
    return (
      <Suspense fallback={meanwhile}>
        <Loaded {...props} />
      </Suspense>
    );
  };
}
