package dev.lblc;

import static com.tngtech.archunit.core.domain.JavaModifier.PROTECTED;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.core.domain.JavaModifier.SYNTHETIC;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The public interface: what is marked, what its signatures mention, and what the Javadoc jar shows. */
final class PublicApiTest {
  private static final Path LIST = Path.of("src", "test", "resources", "public-api.txt");
  private static final Path ACTUAL = Path.of("target", "public-api.txt");
  private static final Pattern INCLUDED =
      Pattern.compile("<sourceFileInclude>dev/lblc/(\\S+)\\.java</sourceFileInclude>");

  private static final JavaClasses OURS =
      new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages("dev.lblc");

  @Test
  void signatures_comparedWithTheList_areThose() throws Exception {
    String actual = types().flatMap(PublicApiTest::lines).collect(joining("\n", "", "\n"));
    Files.createDirectories(ACTUAL.getParent());
    Files.writeString(ACTUAL, actual);
    assertThat(actual)
        .as("the public interface; if the change is meant: cp " + ACTUAL + " " + LIST)
        .isEqualTo(Files.readString(LIST));
  }

  @Test
  void signatures_mentionOfOurs_onlyPublicTypes() {
    Set<String> internal = types()
        .flatMap(type -> members(type).flatMap(PublicApiTest::mentioned))
        .filter(type -> type.getPackageName().startsWith("dev.lblc"))
        .filter(type -> !isMarked(type))
        .map(JavaClass::getName)
        .collect(toCollection(TreeSet::new));
    assertThat(internal).isEmpty();
  }

  @Test
  void javadoc_showsTheMarkedTypesAndNoOthers() throws Exception {
    Set<String> marked = types()
        .filter(type -> type.getEnclosingClass().isEmpty())
        .map(type -> type.getName().substring("dev.lblc.".length()).replace('.', '/'))
        .collect(toCollection(TreeSet::new));
    Set<String> shown = INCLUDED
        .matcher(Files.readString(Path.of("pom.xml")))
        .results()
        .map(found -> found.group(1))
        .filter(name -> !name.endsWith("package-info"))
        .collect(toCollection(TreeSet::new));
    assertThat(shown).isEqualTo(marked);
  }

  /** The marked types, and the public types within them. */
  private static Stream<JavaClass> types() {
    return OURS.stream()
        .filter(type -> isMarked(type) && type.getModifiers().contains(PUBLIC))
        .sorted((one, other) -> one.getName().compareTo(other.getName()));
  }

  private static boolean isMarked(JavaClass type) {
    return type.isAnnotatedWith(PublicApi.class)
        || type.getEnclosingClass().map(PublicApiTest::isMarked).orElse(false);
  }

  private static Stream<String> lines(JavaClass type) {
    String kind = type.isAnnotation()
        ? "annotation"
        : type.isInterface()
            ? "interface"
            : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
    Stream<String> members = members(type).map(member -> "  " + line(member)).sorted();
    return Stream.concat(Stream.of(kind + " " + type.getName()), members);
  }

  private static String line(JavaMember member) {
    String modifiers = member.getModifiers().stream()
        .filter(Set.of(PROTECTED, JavaModifier.STATIC, JavaModifier.ABSTRACT)::contains)
        .map(modifier -> modifier.name().toLowerCase(java.util.Locale.ROOT) + " ")
        .sorted()
        .collect(joining());
    if (member instanceof JavaCodeUnit unit) {
      return modifiers
          + unit.getReturnType().getName() + " " + unit.getName()
          + unit.getParameterTypes().stream()
              .map(JavaType::getName)
              .collect(joining(", ", "(", ")"));
    }
    return modifiers + ((JavaField) member).getRawType().getName() + " " + member.getName();
  }

  private static Stream<? extends JavaMember> members(JavaClass type) {
    return type.getMembers().stream()
        .filter(member -> !member.getModifiers().contains(SYNTHETIC))
        .filter(member ->
            member.getModifiers().contains(PUBLIC) || member.getModifiers().contains(PROTECTED));
  }

  private static Stream<JavaClass> mentioned(JavaMember member) {
    return member instanceof JavaCodeUnit unit
        ? Stream.of(
                unit.getReturnType().getAllInvolvedRawTypes().stream(),
                unit.getParameterTypes().stream()
                    .flatMap(parameter -> parameter.getAllInvolvedRawTypes().stream()))
            .flatMap(types -> types)
        : ((JavaField) member).getType().getAllInvolvedRawTypes().stream();
  }
}
