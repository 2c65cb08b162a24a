;; A Lisp with macros, closures, tail calls and its own reader, written in another one.
(ns portable.lisp
  (:refer-clojure :exclude [eval read])
  (:require [clojure.string :as str]))

;; ---- reader

(defn tokens [text] (re-seq #"\(|\)|'|`|,@|,|\"(?:\\.|[^\"])*\"|[^\s()'`,]+" (str/replace text #";[^\n]*" "")))

(defn- parse-int [s] #?(:clj (Long/parseLong s) :cljs (js/parseInt s 10)))

(defn- atom-of [token]
  (cond
    (re-matches #"[-+]?\d+" token) (parse-int (if (str/starts-with? token "+") (subs token 1) token))
    (str/starts-with? token "\"") (-> (subs token 1 (dec (count token))) (str/replace "\\n" "\n") (str/replace "\\\"" "\""))
    (= token "#t") true
    (= token "#f") false
    :else (symbol token)))

(def ^:private wrappers {"'" 'quote "`" 'quasiquote "," 'unquote ",@" 'unquote-splicing})

(defn- read-one [[token & more]]
  (cond
    (nil? token) (throw (ex-info "unexpected end" {:type ::eof}))
    (wrappers token) (let [[form others] (read-one more)] [(list (wrappers token) form) others])
    (= token ")") (throw (ex-info "unexpected )" {:type ::unmatched}))
    (= token "(") (loop [found [] others more]
                    (if (= ")" (first others))
                      [(apply list found) (rest others)]
                      (let [[form others] (read-one others)] (recur (conj found form) others))))
    :else [(atom-of token) more]))

(defn read-all [text]
  (loop [ts (tokens text) forms []]
    (if (empty? ts) forms (let [[form others] (read-one ts)] (recur others (conj forms form))))))

;; ---- environments: frames in atoms

(defprotocol Scope
  (lookup [scope sym])
  (define! [scope sym value])
  (assign! [scope sym value]))

(defrecord Frame [bindings outer]
  Scope
  (lookup [_ sym]
    (let [found (get @bindings sym ::none)]
      (cond
        (not= ::none found) found
        outer (lookup outer sym)
        :else (throw (ex-info (str "unbound: " sym) {:type ::unbound :symbol sym})))))
  (define! [_ sym value] (swap! bindings assoc sym value) sym)
  (assign! [_ sym value]
    (cond
      (contains? @bindings sym) (do (swap! bindings assoc sym value) value)
      outer (assign! outer sym value)
      :else (throw (ex-info (str "cannot set: " sym) {:type ::unbound :symbol sym})))))

(defn frame [bindings outer] (->Frame (atom bindings) outer))

(deftype Closure [parameters body scope kind])

(defn- bind [parameters arguments]
  (loop [ps parameters as arguments made {}]
    (cond
      (= '. (first ps)) (assoc made (second ps) (apply list as))
      (and (empty? ps) (empty? as)) made
      (or (empty? ps) (empty? as)) (throw (ex-info "wrong number of arguments" {:type ::arity :expected (count parameters) :got (count arguments)}))
      :else (recur (rest ps) (rest as) (assoc made (first ps) (first as))))))

;; ---- evaluation; tail positions loop

(declare eval call)

(defn- quasi [form scope]
  (cond
    (not (seq? form)) form
    (= 'unquote (first form)) (eval (second form) scope)
    :else (apply list (mapcat (fn [part]
                                (if (and (seq? part) (= 'unquote-splicing (first part)))
                                  (eval (second part) scope)
                                  [(quasi part scope)]))
                              form))))

(defn- macro? [x] (and (instance? Closure x) (= :macro (.-kind ^Closure x))))

(defn- expand [^Closure macro arguments]
  (eval (cons 'do (.-body macro)) (frame (bind (.-parameters macro) arguments) (.-scope macro))))

(defn eval [form scope]
  (loop [form form scope scope]
    (cond
      (symbol? form) (lookup scope form)
      (not (seq? form)) form
      (empty? form) form
      :else
      (let [[op a b c & _] form]
        (case op
          quote a
          quasiquote (quasi a scope)
          if (recur (if (eval a scope) b c) scope)
          do (if (next (rest form))
               (do (doseq [each (butlast (rest form))] (eval each scope))
                   (recur (last form) scope))
               (recur a scope))
          def (define! scope a (eval b scope))
          set! (assign! scope a (eval b scope))
          fn (->Closure a (nnext form) scope :fn)
          defmacro (define! scope a (->Closure b (nthnext form 3) scope :macro))
          let (recur (cons 'do (nnext form))
                     (reduce (fn [inner [sym init]] (frame {sym (eval init inner)} inner)) scope a))
          (let [f (eval op scope)]
            (if (macro? f)
              (recur (expand f (rest form)) scope)
              (let [arguments (mapv #(eval % scope) (rest form))]
                (if (instance? Closure f)
                  (recur (cons 'do (.-body ^Closure f)) (frame (bind (.-parameters ^Closure f) arguments) (.-scope ^Closure f)))
                  (apply f arguments))))))))))

(def out (atom []))

(defn base []
  (frame {'+ + '- - '* * '= = '< < '> > 'quot quot 'rem rem 'list list 'cons (fn [x xs] (apply list x xs))
          'first first 'rest (fn [xs] (apply list (rest xs))) 'empty? empty? 'not not 'str str
          'print (fn [& xs] (swap! out conj (str/join " " xs)) nil)
          'error (fn [text] (throw (ex-info text {:type ::user})))
          'gensym (let [n (atom 0)] (fn [] (symbol (str "g" (swap! n inc)))))}
         nil))

(def prelude
  "(defmacro defn (name ps . body) `(def ,name (fn ,ps ,@body)))
   (defmacro when (test . body) `(if ,test (do ,@body) #f))
   (defmacro or (a b) (let ((g (gensym))) `(let ((,g ,a)) (if ,g ,g ,b))))
   (defmacro cond (. clauses)
     (if (empty? clauses) #f
       `(if ,(first clauses) ,(first (rest clauses)) (cond ,@(rest (rest clauses))))))
   (defn map (f xs) (if (empty? xs) '() (cons (f (first xs)) (map f (rest xs)))))
   (defn fold (f start xs) (if (empty? xs) start (fold f (f start (first xs)) (rest xs))))
   (defn range (from to) (if (< from to) (cons from (range (+ from 1) to)) '()))")

(defn run [text]
  (let [scope (base)]
    (doseq [form (read-all prelude)] (eval form scope))
    (reset! out [])
    (let [value (reduce (fn [_ form] (eval form scope)) nil (read-all text))]
      {:value value :printed @out})))

(prn (read-all "(a 'b (c \"d e\" -3) `(x ,y ,@z)) ; comment\n 42"))
(prn (run "(defn fact (n) (if (< n 2) 1 (* n (fact (- n 1))))) (fact 20)"))
(prn (run "(defn loop (n acc) (if (= n 0) acc (loop (- n 1) (+ acc n)))) (loop 20000 0)"))
(prn (run "(defn counter () (let ((n 0)) (fn () (set! n (+ n 1)) n))) (def c (counter)) (c) (c) (list (c) ((counter)))"))
(prn (run "(map (fn (x) (cond (< x 3) 'small (< x 6) 'medium #t 'large)) (range 0 8))"))
(prn (run "(let ((g 5)) (or #f g))"))
(prn (run "(defmacro swap (a b) (let ((t (gensym))) `(let ((,t ,a)) (set! ,a ,b) (set! ,b ,t)))) (def x 1) (def y 2) (swap x y) (list x y)"))
(prn (run "(def xs '(1 2 3)) `(sum is ,(fold + 0 xs) of ,@xs . end)"))
(prn (run "(print \"a\" 1) (when (> 2 1) (print 'yes) 'done)"))
(prn (run "(defn even (n) (if (= n 0) #t (odd (- n 1)))) (defn odd (n) (if (= n 0) #f (even (- n 1)))) (list (even 1001) (odd 1001))"))
(defn failure [text] (try (run text) (catch #?(:clj Exception :cljs :default) e [(ex-message e) (:type (ex-data e))])))
(run! (comp prn failure) ["(nothing 1)" "((fn (x) x))" "(error \"stop\")" "(a (b" ")" "(set! zzz 1)"])
