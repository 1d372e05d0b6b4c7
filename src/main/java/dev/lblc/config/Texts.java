package dev.lblc.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/** Strings that have nothing to do with networks. */
final class Texts {
  private static final String VISIBLE = "[^\\p{Cntrl}]+";

  /** Any string. */
  static final Syntax<String> ANY = new Syntax<>("a string", text -> text);

  /** Names of listeners, services and servers, which also stand in logs and URLs. */
  static final Syntax<String> NAME =
      Syntax.matching("a name, not empty and without control characters", VISIBLE);

  /** Of a deployment: also the first part of addresses, and of names of maps, which go on after a dot or a slash. */
  static final Syntax<String> DEPLOYMENT = Syntax.matching(
      "a name, not empty and without control characters, dots, slashes and asterisks",
      "[^\\p{Cntrl}./*]+");

  /** Of a Java class. */
  static final Syntax<String> CLASS = Syntax.matching(
      "the name of a class with its package",
      "[\\p{L}_$][\\p{L}\\p{N}_$]*(\\.[\\p{L}_$][\\p{L}\\p{N}_$]*)*");

  /** A file that need not exist. */
  static final Syntax<Path> FILE = Syntax.matching("the path of a file", VISIBLE)
      .then("the path of a file", name -> {
        try {
          return Path.of(name);
        } catch (InvalidPathException e) {
          throw new Unexpected("the path of a file");
        }
      });

  private static final String READABLE = "the path of a readable file";

  static final Syntax<Path> READABLE_FILE = FILE.then(READABLE, file -> {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new Unexpected(READABLE + "; relative ones start at " + Path.of("").toAbsolutePath());
    }
    return file;
  });

  private Texts() {}

  /** One of the names. */
  static Syntax<String> oneOf(Collection<String> names) {
    String expected = "one of " + String.join(", ", names);
    return new Syntax<>(expected, text -> {
      if (!names.contains(text)) {
        throw new Unexpected(expected);
      }
      return text;
    });
  }

  /** One of the constants, named in lower case. */
  static <E extends Enum<E>> Syntax<E> constant(Class<E> type) {
    Syntax<String> name = oneOf(Arrays.stream(type.getEnumConstants())
        .map(constant -> constant.name().toLowerCase(Locale.ROOT))
        .toList());
    return name.then(name.expected(), text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT)));
  }
}
