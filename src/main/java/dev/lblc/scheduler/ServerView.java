package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The servers of one service with their loads, as a strategy sees them. May be used from any thread. */
@PublicApi
public interface ServerView {
  /** The servers in list order: the one added last comes first. Unmodifiable; a later change makes a new list. */
  List<Server> list();

  /** The member with that id, or null. */
  @Nullable
  Server find(String id);
}
