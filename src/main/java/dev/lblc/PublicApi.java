package dev.lblc;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a type that applications and plugin authors may use.
 *
 * <p>Every other type is internal, even where it is public, and may change in any release. The Javadoc jar shows the marked
 * types only, and a test compares their signatures with a list, so that a change is seen.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface PublicApi {}
