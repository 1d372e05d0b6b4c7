package dev.lblc.discovery;

import dev.lblc.config.DnsConfig;
import java.time.Duration;

/** The thread of names: all questions and answers pass through it, and nothing on it waits. May be used from any thread. */
interface NameLoop {
  /** Has the thread there until {@link #leave}. */
  void use();

  /** Ends the thread with its last user. */
  void leave();

  /** Asks these name servers from now on. */
  void configure(DnsConfig wanted);

  /** Runs a task on the thread, later. */
  void execute(Runnable task);

  /** Runs a task on the thread after a delay. Returns what cancels it. */
  Runnable after(Duration delay, Runnable task);

  /** Returns what answers questions. To be called on the thread. */
  Resolver resolver();
}
