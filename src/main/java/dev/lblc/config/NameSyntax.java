package dev.lblc.config;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/** The syntax of names. */
final class NameSyntax {
  static final String VISIBLE = "[^\\p{Cntrl}]+";

  /** Any string. */
  static final Syntax<String> ANY = new Syntax<>("a string", text -> text);

  /** Any string but the empty one. */
  static final Syntax<String> NOT_EMPTY = Syntax.matching("a string, not empty", "(?s).+");

  /** Names of listeners, services and servers, which also stand in logs and URLs. */
  static final Syntax<String> NAME =
      Syntax.matching("a name, not empty and without control characters", VISIBLE);

  /** Names of deployments. They begin event bus addresses and map names, and a dot or a slash follows there. */
  static final Syntax<String> DEPLOYMENT = Syntax.matching(
      "a name, not empty and without control characters, dots, slashes and asterisks",
      "[^\\p{Cntrl}./*]+");

  /** Names of Java classes. */
  static final Syntax<String> CLASS = Syntax.matching(
      "the name of a class with its package",
      "[\\p{L}_$][\\p{L}\\p{N}_$]*(\\.[\\p{L}_$][\\p{L}\\p{N}_$]*)*");

  private NameSyntax() {}

  /** Returns the syntax of a choice between names. */
  static Syntax<String> oneOf(Collection<String> names) {
    String expected = "one of " + String.join(", ", names);
    return new Syntax<>(expected, text -> {
      if (!names.contains(text)) {
        throw new SyntaxException(expected);
      }
      return text;
    });
  }

  /** Returns the syntax of a choice between the constants of a type, named in lower case. */
  static <E extends Enum<E>> Syntax<E> constant(Class<E> type) {
    Syntax<String> name = oneOf(Arrays.stream(type.getEnumConstants())
        .map(constant -> constant.name().toLowerCase(Locale.ROOT))
        .toList());
    return name.then(name.expected(), text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT)));
  }
}
