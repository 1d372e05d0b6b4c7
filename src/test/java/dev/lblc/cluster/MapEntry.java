package dev.lblc.cluster;

import com.hazelcast.map.ExtendedMapEntry;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An entry of a map as an entry processor gets it, with the time to live that it was given last. */
final class MapEntry implements ExtendedMapEntry<String, HomeRecord> {
  private @Nullable HomeRecord value;
  private long secondsToLive = -1;

  MapEntry(@Nullable HomeRecord value) {
    this.value = value;
  }

  /** -1: none was given. */
  long secondsToLive() {
    return secondsToLive;
  }

  @Override
  public String getKey() {
    return "/a";
  }

  @Override
  @SuppressWarnings("NullAway") // Hazelcast's contract: null is no entry
  public HomeRecord getValue() {
    return value;
  }

  @Override
  @SuppressWarnings("NullAway")
  public HomeRecord setValue(@Nullable HomeRecord next) {
    HomeRecord before = value;
    value = next;
    return before;
  }

  @Override
  public HomeRecord setValueWithoutChangingExpiryTime(@Nullable HomeRecord next) {
    return setValue(next);
  }

  @Override
  public HomeRecord setValue(HomeRecord next, long ttl, TimeUnit unit) {
    secondsToLive = unit.toSeconds(ttl);
    return setValue(next);
  }
}
