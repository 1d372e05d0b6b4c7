package dev.lblc.gateway.route;

import dev.lblc.config.DestinationTemplate;
import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.config.DestinationTemplate.Kind;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants to know of the body of a request. Immutable.
 *
 * @param fields of all routes of the listener
 * @param isJson whether fields of JSON are wanted
 * @param isForm whether parameters of a form are wanted
 * @param prefix how many octets are wanted; 0: none
 * @param most how many octets may be looked at for it
 */
public record BodyNeeds(JsonFields fields, boolean isJson, boolean isForm, int prefix, int most) {
  /** Returns what matches want. */
  static BodyNeeds ofMatch(JsonFields fields, int most) {
    return new BodyNeeds(fields, true, false, 0, most);
  }

  /** Returns what templates want; null: nothing. */
  static @Nullable BodyNeeds of(List<DestinationTemplate> templates, JsonFields fields, int most) {
    if (templates.stream().noneMatch(DestinationTemplate::isOfBody)) {
      return null;
    }
    return new BodyNeeds(
        fields,
        fields(templates, Kind.JSON).findAny().isPresent(),
        fields(templates, Kind.FORM).findAny().isPresent(),
        fields(templates, Kind.PREFIX).mapToInt(Field::count).max().orElse(0),
        most);
  }

  private static Stream<Field> fields(List<DestinationTemplate> templates, Kind kind) {
    return templates.stream()
        .flatMap(template -> template.parts().stream())
        .filter(Field.class::isInstance)
        .map(Field.class::cast)
        .filter(field -> field.kind() == kind);
  }
}
