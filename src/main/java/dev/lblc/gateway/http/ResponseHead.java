package dev.lblc.gateway.http;

import org.jspecify.annotations.Nullable;

/** The head of a server's response as it came. */
public interface ResponseHead extends HeaderView {
  /** Returns the status code. */
  int status();

  /** Returns the reason phrase; null: none. */
  @Nullable
  String phrase();
}
