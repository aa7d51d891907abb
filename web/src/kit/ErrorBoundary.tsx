import { Box } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { ProblemView } from './ProblemView';

/** Stands around everything: what no page catches is said here, in place of an empty window. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed?: { error: unknown } }> {
  override state: { failed?: { error: unknown } } = {};

  static getDerivedStateFromError(error: unknown) {
    return { failed: { error } };
  }

  override render() {
    if (this.state.failed === undefined) return this.props.children;
    return (
      <Box component="main" p="lg" maw={640} mx="auto">
        <ProblemView error={this.state.failed.error} onRetry={() => window.location.reload()} />
      </Box>
    );
  }
}
