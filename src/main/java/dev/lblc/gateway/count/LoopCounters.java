package dev.lblc.gateway.count;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Counters with a row of their own for each event loop, and one row for everybody else. A value is the sum of all rows.
 *
 * <p>{@link #add} is for the thread of the loop that it names, and takes no lock, no atomic operation and no memory, but for the row
 * itself when the loop counts for the first time. The other methods may be called from any thread. A sum never goes down, and has
 * what was counted before by whatever the caller has heard of since.
 */
public final class LoopCounters {
  /*
   * Only one thread writes a row, so that a plain read of it finds the last value. The writes are opaque: they are whole, come in order,
   * and get to other threads, which is all that a sum needs. The cells at both ends keep rows of different loops off each other's cache
   * lines; two lines, since some processors fetch them in pairs.
   */
  private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle ROWS = MethodHandles.arrayElementVarHandle(long[][].class);
  private static final int APART = 16;

  private final int size;
  private final long[] @Nullable [] rows;

  /**
   * Creates counters at zero.
   *
   * @param loops how many event loops there are
   * @param size how many counters
   */
  public LoopCounters(int loops, int size) {
    this.size = size;
    this.rows = new long[loops + 1][];
  }

  /**
   * Adds to a counter.
   *
   * @param loop of the current thread, from 0
   * @param counter from 0
   */
  public void add(int loop, int counter, long more) {
    long[] row = rows[loop];
    if (row == null) {
      row = begun(loop);
    }
    int cell = APART + counter;
    CELLS.setOpaque(row, cell, row[cell] + more);
  }

  /** Adds to a counter from any thread, one that is no event loop's among them. */
  public void addFromAnywhere(int counter, long more) {
    int last = rows.length - 1;
    long[] row = (long[]) ROWS.getAcquire(rows, last);
    long unused = (long) CELLS.getAndAdd(row == null ? begun(last) : row, APART + counter, more);
  }

  /** Returns the value of a counter. */
  public long sum(int counter) {
    long sum = 0;
    for (int i = 0; i < rows.length; i++) {
      long[] row = (long[]) ROWS.getAcquire(rows, i);
      if (row != null) {
        sum += (long) CELLS.getOpaque(row, APART + counter);
      }
    }
    return sum;
  }

  private long[] begun(int index) {
    long[] row = new long[size + 2 * APART];
    long[] other = (long[]) ROWS.compareAndExchange(rows, index, null, row);
    return other == null ? row : other;
  }
}
