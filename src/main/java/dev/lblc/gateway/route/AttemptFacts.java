package dev.lblc.gateway.route;

import dev.lblc.gateway.log.AccessFacts;
import dev.lblc.plugin.Lease;
import org.jspecify.annotations.Nullable;

/** What is logged of the attempts of a request or connection to reach a server. Confined to its event loop. */
public interface AttemptFacts extends AccessFacts {
  /** Returns the attempts; null: none was made. */
  @Nullable
  Attempts attempts();

  @Override
  default @Nullable String server() {
    Lease last = last();
    return last == null ? null : last.server().id();
  }

  @Override
  default @Nullable String decision() {
    Lease last = last();
    return last == null ? null : last.reason().label();
  }

  @Override
  default int retries() {
    Attempts made = attempts();
    return made == null ? 0 : made.givenUp();
  }

  private @Nullable Lease last() {
    Attempts made = attempts();
    return made == null ? null : made.last();
  }
}
