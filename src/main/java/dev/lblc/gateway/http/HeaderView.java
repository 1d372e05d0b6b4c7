package dev.lblc.gateway.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The headers of a message as policies read them. Each engine implements it. Names are compared without regard to case. */
public interface HeaderView {
  /** Returns the first header of that name; null: none. */
  @Nullable
  String header(CharSequence name);

  /** Returns all headers of that name, in order. */
  List<String> headers(CharSequence name);

  /** Returns whether there is a header of that name. */
  boolean hasHeader(CharSequence name);
}
