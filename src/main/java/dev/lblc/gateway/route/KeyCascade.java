package dev.lblc.gateway.route;

import dev.lblc.config.DestinationTemplate;
import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.config.DestinationTemplate.Literal;
import dev.lblc.config.DestinationTemplate.Part;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The templates of a route's destination, compiled into functions. The first template that has a value gives the key.
 * Immutable.
 *
 * @param <F> the facts of a request or a connection
 */
public final class KeyCascade<F> {
  /**
   * A piece of a key.
   *
   * @param <F> the facts that the piece is taken from
   */
  public interface Source<F> {
    /** Returns the piece; null or empty: no value. */
    @Nullable
    String value(F facts);
  }

  private final List<Source<F>> cascade;
  private final int firstOfBody;

  private KeyCascade(List<Source<F>> cascade, int firstOfBody) {
    this.cascade = cascade;
    this.firstOfBody = firstOfBody;
  }

  /**
   * Compiles templates, which are tried in order; none: no request or connection has a destination.
   *
   * @param fields how each field gets its value
   */
  public static <F> KeyCascade<F> compile(
      List<DestinationTemplate> templates, Function<Field, Source<F>> fields) {
    int firstOfBody = 0;
    while (firstOfBody < templates.size() && !templates.get(firstOfBody).isOfBody()) {
      firstOfBody++;
    }
    return new KeyCascade<>(
        templates.stream().map(template -> compile(template, fields)).toList(), firstOfBody);
  }

  /** Returns the key; null: no template has a value. */
  public @Nullable String keyOf(F facts) {
    return keyOf(facts, cascade.size());
  }

  /** Returns whether the key may depend on the body: no template before the first one that names a field of it has a value. */
  public boolean asksForBody(F facts) {
    return firstOfBody < cascade.size() && keyOf(facts, firstOfBody) == null;
  }

  private @Nullable String keyOf(F facts, int end) {
    for (int i = 0; i < end; i++) { // for each request: without an iterator
      String value = cascade.get(i).value(facts);
      if (value != null && !value.isEmpty()) {
        return value;
      }
    }
    return null;
  }

  private static <F> Source<F> compile(
      DestinationTemplate template, Function<Field, Source<F>> fields) {
    List<Source<F>> sources =
        template.parts().stream().map(part -> source(part, fields)).toList();
    return sources.size() == 1 ? sources.get(0) : facts -> join(sources, facts);
  }

  private static <F> Source<F> source(Part part, Function<Field, Source<F>> fields) {
    if (part instanceof Literal literal) {
      String text = literal.text();
      return facts -> text;
    }
    return fields.apply((Field) part);
  }

  private static <F> @Nullable String join(List<Source<F>> sources, F facts) {
    StringBuilder key = new StringBuilder(64);
    for (Source<F> source : sources) {
      String value = source.value(facts);
      if (value == null || value.isEmpty()) {
        return null;
      }
      key.append(value);
    }
    return key.toString();
  }
}
