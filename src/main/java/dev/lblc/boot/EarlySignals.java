package dev.lblc.boot;

import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The signals that end a process, of a successor that tells the process before it to end and is not ready yet. By then it has connections
 * that nobody else serves, so that the first signal waits until the application can be closed in order; a second one ends the
 * process at once. Before that, signals do what they always do: the process before goes on. May be used from any thread.
 */
public final class EarlySignals {
  private @Nullable IntConsumer end; // guarded by this
  private int missed; // guarded by this

  /** Returns a predecessor from whose end on signals wait. */
  public Predecessor from(Predecessor predecessor) {
    return new Predecessor() {
      @Override
      public void prepare() throws StartException {
        predecessor.prepare();
      }

      @Override
      public void replace() throws StartException {
        Shutdown.handleSignals(EarlySignals.this::signalled);
        predecessor.replace();
      }
    };
  }

  /** Hands signals on from now on, and the one that has come already. */
  synchronized void handOn(IntConsumer to) {
    end = to;
    if (missed != 0) {
      to.accept(missed);
    }
  }

  private synchronized void signalled(int number) {
    if (end != null) {
      end.accept(number);
    } else if (missed == 0) {
      missed = number;
    } else {
      Shutdown.endNow(number);
    }
  }
}
